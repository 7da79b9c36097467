"""Runs with a sampler: what they may ask for, and their scenarios drawn and measured."""
