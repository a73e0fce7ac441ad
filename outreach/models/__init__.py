"""The plan, the titles, and how titles are granted: the tables, by subject."""

from outreach.models.evidence import Evidence, EvidenceItem, EvidenceWanted
from outreach.models.plan import Measure, Plan, Project, Target, TargetActual
from outreach.models.rounds import (
    APPLICATION_STEPS,
    MOST_FILES,
    ROUND_STEPS,
    Application,
    ApplicationFile,
    GateFinding,
    Round,
)
from outreach.models.schemes import Criterion, ExtraRule, Gate, Scheme, ScoreForm
from outreach.models.titles import Title, TitleKind

__all__ = [
    "APPLICATION_STEPS",
    "MOST_FILES",
    "ROUND_STEPS",
    "Application",
    "ApplicationFile",
    "Criterion",
    "Evidence",
    "EvidenceItem",
    "EvidenceWanted",
    "ExtraRule",
    "Gate",
    "GateFinding",
    "Measure",
    "Plan",
    "Project",
    "Round",
    "Scheme",
    "ScoreForm",
    "Target",
    "TargetActual",
    "Title",
    "TitleKind",
]
