"""Tails, VaR, expected shortfall, their errors, and the result dataclasses."""
