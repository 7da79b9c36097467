"""Scenarios: shocks, overrides, the bundled ones."""
