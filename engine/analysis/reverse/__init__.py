"""Reverse stress: the most likely ways to lose an amount, the level that it takes, and markets given a level."""
