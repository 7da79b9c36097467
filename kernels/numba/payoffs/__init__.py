"""Deviations of a path to the value of a book."""
