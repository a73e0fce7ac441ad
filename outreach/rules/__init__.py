"""Arithmetic and parsing without Django: what a text of a document is made of, and how two differ."""
