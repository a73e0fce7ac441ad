"""What the city offers: the tables, by subject."""

from resources.models.assets import REMIND_AHEAD, AssetConversion, SourceAsset
from resources.models.bookings import (
    BOOKING_STEPS,
    HOLDING,
    PENDING,
    Booking,
    BookingProof,
    BookingSlot,
    BookingTerms,
)
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
from resources.models.needs import LIVE, NEED_STEPS, WEEKDAYS, DayPart, Need, Programme
from resources.models.opening import Concession, OpeningHours, SpecialDays
from resources.models.registry import (
    REVIEW,
    HolidayRule,
    Resource,
    ResourceVersion,
)
from resources.models.routes import ROUTE_REVIEW, Route, RouteStop, Season, Travel
from resources.models.subscriptions import Interests, Subscription

__all__ = [
    "BOOKING_STEPS",
    "HOLDING",
    "LIVE",
    "NEED_STEPS",
    "NEVER",
    "PENDING",
    "REMIND_AHEAD",
    "REVIEW",
    "ROUTE_REVIEW",
    "WEEKDAYS",
    "Accessibility",
    "AssetConversion",
    "Audience",
    "Booking",
    "BookingProof",
    "BookingSlot",
    "BookingTerms",
    "BulkChange",
    "CensusAnswer",
    "CensusDirectory",
    "CensusEntry",
    "CensusForm",
    "CensusRound",
    "CensusUnit",
    "Concession",
    "DayPart",
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
    "Need",
    "OpeningHours",
    "Programme",
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
    "Subscription",
    "Topic",
    "Travel",
    "audience_bit",
    "group_bit",
    "validate_fields",
]
