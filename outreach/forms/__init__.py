"""What a person typed about titles, by subject. A form never saves."""
