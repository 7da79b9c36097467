"""Which scenario a command, a run and a limit take where none is named: said here, and nowhere else."""

DEFAULT_SCENARIO = "filtered"  # it passes its backtests, and needs nothing but a history: docs/validation/backtest.md
