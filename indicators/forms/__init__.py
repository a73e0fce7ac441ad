"""What a person typed, by subject. A form never saves."""
