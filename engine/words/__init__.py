"""The languages in which users read what unwind says: English stands in the code, every other one in a dictionary."""
