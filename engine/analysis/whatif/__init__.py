"""Trades that are not in a book yet: what they would change of its risk, on the paths of the same run."""
