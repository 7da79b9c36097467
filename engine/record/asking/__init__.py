"""Questions in SQL to a record: a database that sees its tables alone, in a process of its own."""
