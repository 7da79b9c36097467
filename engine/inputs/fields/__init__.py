"""One strict reader of text fields, for every file that is a table of text: numbers, dates, encodings, rows."""
