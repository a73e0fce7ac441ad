"""Spreadsheets of the resources, by subject."""
