"""Gradients of risk measures: what each quote, vol and correlation of a market would change, on a run's own paths."""
