"""Arithmetic and parsing without Django: plan, tasks, money, draws, and what a document's text is made of."""
