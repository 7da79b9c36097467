"""The command `unwind backtest` and its tables."""
