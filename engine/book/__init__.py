"""Positions become flows and units; their values in the base market."""
