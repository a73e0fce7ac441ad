"""Where Django finds the portal's tables; each lives with its subject."""

from importlib.util import find_spec

from portal.accounts import Grant, User
from portal.audit import AuditEntry
from portal.jobs import Job
from portal.notices import Notice
from portal.organizations import Organization
from portal.regions import Region, RegionChange

if find_spec("portal.calendar"):
    from portal.calendar import Day
if find_spec("portal.documents"):
    from portal.documents import IssuedPaper
if find_spec("portal.files"):
    from portal.files import Attachment
if find_spec("portal.search"):
    from portal.search import SearchEntry

__all__ = [
    "Attachment",
    "AuditEntry",
    "Day",
    "Grant",
    "IssuedPaper",
    "Job",
    "Notice",
    "Organization",
    "Region",
    "RegionChange",
    "SearchEntry",
    "User",
]
