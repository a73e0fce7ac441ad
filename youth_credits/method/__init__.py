"""Arithmetic of the credits besides the rules: hidden cells, what stands out, a lower minimum. No Django."""
