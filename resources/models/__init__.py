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
from resources.models.contracts import (
    CONTRACT_FLOW,
    MILESTONE_FLOW,
    MilestoneProof,
    WorkAmendment,
    WorkAttention,
    WorkContract,
    WorkInstalment,
    WorkMilestone,
)
from resources.models.desk import BulkChange, DeskFilter
from resources.models.kinds import (
    Accessibility,
    Audience,
    Channel,
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
from resources.models.places import StartingPlace
from resources.models.registry import (
    REVIEW,
    HolidayRule,
    Resource,
    ResourceVersion,
)
from resources.models.routes import ROUTE_REVIEW, Route, RouteStop, Season, Travel
from resources.models.subscriptions import Interests, Subscription
from resources.models.work_calls import CALL_FLOW, WorkCall, WorkCriterion, WorkRung
from resources.models.work_reviews import REVIEW_FLOW, ReviewerInterest, WorkReview, WorkScore
from resources.models.works import APPLICATION_FLOW, WorkApplication, WorkBudgetLine, WorkFile

__all__ = [
    "APPLICATION_FLOW",
    "BOOKING_STEPS",
    "CALL_FLOW",
    "CONTRACT_FLOW",
    "HOLDING",
    "LIVE",
    "MILESTONE_FLOW",
    "NEED_STEPS",
    "NEVER",
    "PENDING",
    "REMIND_AHEAD",
    "REVIEW",
    "REVIEW_FLOW",
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
    "Channel",
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
    "MilestoneProof",
    "Need",
    "OpeningHours",
    "Programme",
    "Resource",
    "ResourceKind",
    "ResourceLink",
    "ResourcePicture",
    "ResourceVersion",
    "ReviewerInterest",
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
    "WorkAmendment",
    "WorkApplication",
    "WorkAttention",
    "WorkBudgetLine",
    "WorkCall",
    "WorkContract",
    "WorkCriterion",
    "WorkFile",
    "WorkInstalment",
    "WorkMilestone",
    "WorkReview",
    "WorkRung",
    "WorkScore",
    "audience_bit",
    "group_bit",
    "validate_fields",
]
