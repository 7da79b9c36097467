"""Histories and realised P&L."""
