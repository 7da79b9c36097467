"""Simulated levels: quantiles, fan charts."""
