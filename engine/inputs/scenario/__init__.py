"""Scenario files: a user's own, and the bundled ones."""
