"""Histories of levels, prices and realised P&L, as files."""
