"""What people write, read without Django: opening hours and the fields of a kind."""

from resources.rules.fields import read_details, read_fields, read_value, written_fields
from resources.rules.hours import EXAMPLE, Span, minute_of_week, read_hours, written

__all__ = [
    "EXAMPLE",
    "Span",
    "minute_of_week",
    "read_details",
    "read_fields",
    "read_hours",
    "read_value",
    "written",
    "written_fields",
]
