"""What a user writes: one family of positions a file."""
