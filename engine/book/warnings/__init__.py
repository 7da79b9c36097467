"""What is said of a book that is valued in a market."""
