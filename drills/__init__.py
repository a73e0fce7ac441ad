"""Faults and rushes staged on a portal of one's own, with a record of what was seen in docs/operations.md."""
