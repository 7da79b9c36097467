"""A night's record as one HTML file that people open."""
