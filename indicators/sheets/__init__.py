"""Spreadsheets of the statistics, by subject."""
