"""Explains of runs and nights: why figures are what they are, and why they moved; from records and runs made again."""
