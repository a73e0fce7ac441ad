"""The census at the desk, by subject."""
