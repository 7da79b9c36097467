"""What a batch makes of a run beside its rows: levels, components, convergence, limits."""
