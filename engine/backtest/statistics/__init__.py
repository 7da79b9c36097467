"""Tests of forecasts of losses: pure functions of series, each with its source."""
