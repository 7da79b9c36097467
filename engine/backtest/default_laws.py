"""The laws that a backtest walks where none is named; the first is what scores are compared with."""

DEFAULT_LAWS = ("filtered", "historical-500", "gaussian")
