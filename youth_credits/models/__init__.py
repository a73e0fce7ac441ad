"""Schools' students, the rules by which they earn credit, and the ledger of what they earned."""

from youth_credits.models.batches import Batch, RollChange
from youth_credits.models.checks import DrawnEntry, SpotCheck
from youth_credits.models.claims import FamilyClaim
from youth_credits.models.competitions import Competition, competition_key
from youth_credits.models.consents import Consent, ConsentText
from youth_credits.models.courses import Course, Outing, OutingSeat, StudentPass
from youth_credits.models.credentials import Credential, HoursAward
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
    TeamCertificate,
)
from youth_credits.models.limits import TimeLimit
from youth_credits.models.moves import RollOver, RollOverLine, TransferIn, TransferOut
from youth_credits.models.promising import Nomination, Project
from youth_credits.models.publications import Appeal, Publication
from youth_credits.models.rights import Incident, RetentionPlan, RetentionRule, RightsRequest
from youth_credits.models.rollout import RollOut
from youth_credits.models.rules import CreditRule, CreditRuleSet, Grade, RuleTrial
from youth_credits.models.slips import GuardianSlip
from youth_credits.models.special import SpecialCase
from youth_credits.models.students import Enrolment, Student, StudentQuerySet
from youth_credits.models.suspicions import ProviderFigure, Suspicion, SuspicionEntry, UploadMark
from youth_credits.models.totals import CreditTotal, TotalsWanted
from youth_credits.models.visits import ResultRecord, VisitRecord

__all__ = [
    "AccessCase",
    "Activity",
    "ActivityShare",
    "Appeal",
    "Batch",
    "CertificateClaim",
    "Competition",
    "Consent",
    "ConsentText",
    "Course",
    "CourseClaim",
    "Credential",
    "Credit",
    "CreditRule",
    "CreditRuleSet",
    "CreditTotal",
    "DrawnEntry",
    "Enrolment",
    "Export",
    "FamilyClaim",
    "Grade",
    "GuardianSlip",
    "Guardianship",
    "HoursAward",
    "Incident",
    "Nomination",
    "OccasionClaim",
    "Outing",
    "OutingSeat",
    "Project",
    "ProviderFigure",
    "Publication",
    "ResultRecord",
    "RetentionPlan",
    "RetentionRule",
    "RightsRequest",
    "RollChange",
    "RollOut",
    "RollOver",
    "RollOverLine",
    "RuleTrial",
    "SpecialCase",
    "SpotCheck",
    "Student",
    "StudentPass",
    "StudentQuerySet",
    "StudentYear",
    "Suspicion",
    "SuspicionEntry",
    "TeamCertificate",
    "TimeLimit",
    "TotalsWanted",
    "TransferIn",
    "TransferOut",
    "UploadMark",
    "VisitRecord",
    "competition_key",
]
