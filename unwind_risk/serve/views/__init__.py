"""The pages, one a file, each with the JSON of the command that says the same."""
