"""Schools' students, the rules by which they earn credit, and the ledger of what they earned."""

from youth_credits.models.batches import Batch, RollChange
from youth_credits.models.claims import FamilyClaim
from youth_credits.models.courses import Course, Outing, OutingSeat, StudentPass
from youth_credits.models.exports import Export
from youth_credits.models.guardians import AccessCase, Guardianship
from youth_credits.models.ledger import (
    Activity,
    ActivityShare,
    CertificateClaim,
    CourseClaim,
    Credit,
    OccasionClaim,
    StudentYear,
)
from youth_credits.models.moves import RollOver, RollOverLine, TransferIn, TransferOut
from youth_credits.models.rollout import RollOut
from youth_credits.models.rules import CreditRule, CreditRuleSet, Grade
from youth_credits.models.special import SpecialCase
from youth_credits.models.students import Enrolment, Student, StudentQuerySet
from youth_credits.models.suspicions import ProviderFigure, Suspicion, SuspicionEntry, UploadMark
from youth_credits.models.visits import VisitRecord

__all__ = [
    "AccessCase",
    "Activity",
    "ActivityShare",
    "Batch",
    "CertificateClaim",
    "Course",
    "CourseClaim",
    "Credit",
    "CreditRule",
    "CreditRuleSet",
    "Enrolment",
    "Export",
    "FamilyClaim",
    "Grade",
    "Guardianship",
    "OccasionClaim",
    "Outing",
    "OutingSeat",
    "ProviderFigure",
    "RollChange",
    "RollOut",
    "RollOver",
    "RollOverLine",
    "SpecialCase",
    "Student",
    "StudentPass",
    "StudentQuerySet",
    "StudentYear",
    "Suspicion",
    "SuspicionEntry",
    "TransferIn",
    "TransferOut",
    "UploadMark",
    "VisitRecord",
]
