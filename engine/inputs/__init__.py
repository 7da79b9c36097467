"""The only code that parses files. Every fault names file, line, value and the way out."""
