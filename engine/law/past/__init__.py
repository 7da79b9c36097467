"""Laws of past days: rows drawn whole and filtered along the path, plain history, and what is known without draws."""
