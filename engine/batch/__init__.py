"""The nightly batch: what runs, what is kept of it, and how it goes on after a stop."""
