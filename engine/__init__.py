"""The meaning: markets, books, scenarios, risk measures, and one Run from start to result."""
