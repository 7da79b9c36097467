"""Which scenario a command, a run and a limit take where none is named: said here, and nowhere else."""

DEFAULT_SCENARIO = "filtered"  # the one bundled law that passes its backtests: docs/backtest.md
