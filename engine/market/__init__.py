"""Factors, curves, bootstrap, correlation, calibration: every level on one date."""
