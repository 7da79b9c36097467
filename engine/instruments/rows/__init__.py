"""A row of a book file: its columns, its kind and rule, and the template that shows them."""
