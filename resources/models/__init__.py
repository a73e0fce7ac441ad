"""What the city offers: the tables, by subject."""

from resources.models.kinds import (
    Audience,
    Dimension,
    FieldType,
    ResourceKind,
    Topic,
    validate_fields,
)
from resources.models.menu import NEVER, MenuEntry, audience_bit
from resources.models.opening import OpeningHours
from resources.models.registry import (
    REVIEW,
    Resource,
    ResourcePicture,
    ResourceVersion,
)

__all__ = [
    "NEVER",
    "REVIEW",
    "Audience",
    "Dimension",
    "FieldType",
    "MenuEntry",
    "OpeningHours",
    "Resource",
    "ResourceKind",
    "ResourcePicture",
    "ResourceVersion",
    "Topic",
    "audience_bit",
    "validate_fields",
]
