"""Spreadsheets (.xlsx, .xlsm, .xls, .ods) become the rows of text that a CSV file of the same table has."""
