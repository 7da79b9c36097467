"""What is asked of a run beside its figures, and of history: why, what if, hedges, reverse stress, laws, backtests."""
