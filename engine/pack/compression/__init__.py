"""Polynomials and tables that stand for sums of exponentials and prices of options, with their errors."""
