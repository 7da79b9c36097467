"""Pages of documents that are made by running commands, one a file."""
