"""The lists of values that a kind of resource has of its own, as one narrows by them."""

from django.db.models import Q

from resources.models import FieldType

OWN = "x_"  # what stands before the code of a kind's own field in the address


def has_own(declared: dict, value: str, *, of: str = "details") -> Q:
    """Whether a value was chosen in one of the kind's own lists; `of` leads to the resource's details."""
    kept = [value] if declared["type"] == FieldType.CHOICES else value
    return Q(**{f"{of}__contains": {declared["code"]: kept}})
