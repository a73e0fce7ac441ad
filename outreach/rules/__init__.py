"""Arithmetic of the plan, its tasks and its money, without Django."""
