"""The change between two recorded nights, taken apart: of tail measures, and of the book's value."""
