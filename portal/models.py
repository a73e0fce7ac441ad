"""Where Django finds the portal's tables; each lives with its subject."""

from portal.accounts import Grant, User
from portal.audit import AuditEntry
from portal.batches import SheetBatch, SheetBatchRow
from portal.calendar import Day
from portal.documents import IssuedPaper
from portal.files import Attachment
from portal.jobs import Job
from portal.notices import Notice, NoticeChoice
from portal.organizations import Organization
from portal.regions import Region, RegionChange
from portal.search import SearchEntry
from portal.synonyms import Synonyms

__all__ = [
    "Attachment",
    "AuditEntry",
    "Day",
    "Grant",
    "IssuedPaper",
    "Job",
    "Notice",
    "NoticeChoice",
    "Organization",
    "Region",
    "RegionChange",
    "SearchEntry",
    "SheetBatch",
    "SheetBatchRow",
    "Synonyms",
    "User",
]
