"""TOML files into checked models, every error with its line."""
