"""Scenarios: named changes of a market's levels, vols and correlations."""
