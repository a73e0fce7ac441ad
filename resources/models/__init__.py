"""What the city offers: the tables, by subject."""

from resources.models.assets import REMIND_AHEAD, AssetConversion, SourceAsset
from resources.models.census import (
    CensusAnswer,
    CensusDirectory,
    CensusEntry,
    CensusForm,
    CensusRound,
    CensusUnit,
)
from resources.models.changes import MenuChange
from resources.models.desk import BulkChange, DeskFilter
from resources.models.kinds import (
    Accessibility,
    Audience,
    Dimension,
    FieldType,
    Language,
    Licence,
    ResourceKind,
    Spirit,
    Topic,
    validate_fields,
)
from resources.models.likeness import DuplicatePair, Likeness, Merge
from resources.models.media import ResourceLink, ResourcePicture
from resources.models.menu import NEVER, MenuEntry, audience_bit, group_bit
from resources.models.opening import Concession, OpeningHours, SpecialDays
from resources.models.places import StartingPlace
from resources.models.registry import (
    REVIEW,
    HolidayRule,
    Resource,
    ResourceVersion,
)
from resources.models.routes import ROUTE_REVIEW, Route, RouteStop, Season, Travel
from resources.models.subscriptions import Interests, Subscription

__all__ = [
    "NEVER",
    "REMIND_AHEAD",
    "REVIEW",
    "ROUTE_REVIEW",
    "Accessibility",
    "AssetConversion",
    "Audience",
    "BulkChange",
    "CensusAnswer",
    "CensusDirectory",
    "CensusEntry",
    "CensusForm",
    "CensusRound",
    "CensusUnit",
    "Concession",
    "DeskFilter",
    "Dimension",
    "DuplicatePair",
    "FieldType",
    "HolidayRule",
    "Interests",
    "Language",
    "Licence",
    "Likeness",
    "MenuChange",
    "MenuEntry",
    "Merge",
    "OpeningHours",
    "Resource",
    "ResourceKind",
    "ResourceLink",
    "ResourcePicture",
    "ResourceVersion",
    "Route",
    "RouteStop",
    "Season",
    "SourceAsset",
    "SpecialDays",
    "Spirit",
    "StartingPlace",
    "Subscription",
    "Topic",
    "Travel",
    "audience_bit",
    "group_bit",
    "validate_fields",
]
