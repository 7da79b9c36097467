"""Mechanisms' parameters into the arrays of one step."""
