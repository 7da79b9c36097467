"""What is derived from markets, books and runs: stress tables."""
