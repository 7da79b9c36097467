"""What has expired by the valuation date and is not settled: its payoff in the base market, as cash."""
