"""Schools' students, the rules by which they earn credit, and the ledger of what they earned."""

from youth_credits.models.batches import Batch, RollChange
from youth_credits.models.guardians import AccessCase, Guardianship
from youth_credits.models.ledger import Activity, ActivityShare, Credit, StudentYear
from youth_credits.models.moves import RollOver, RollOverLine, TransferIn, TransferOut
from youth_credits.models.rollout import RollOut
from youth_credits.models.rules import CreditRule, CreditRuleSet, Grade
from youth_credits.models.students import Enrolment, Student, StudentQuerySet

__all__ = [
    "AccessCase",
    "Activity",
    "ActivityShare",
    "Batch",
    "Credit",
    "CreditRule",
    "CreditRuleSet",
    "Enrolment",
    "Grade",
    "Guardianship",
    "RollChange",
    "RollOut",
    "RollOver",
    "RollOverLine",
    "Student",
    "StudentQuerySet",
    "StudentYear",
    "TransferIn",
    "TransferOut",
]
