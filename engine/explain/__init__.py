"""Explains of runs and nights: why figures are what they are, and what would change them. Reads records and limits."""
