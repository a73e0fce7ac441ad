"""The plan, the titles, and how titles are granted: the tables, by subject."""

from outreach.models.evidence import Evidence, EvidenceItem, EvidenceWanted
from outreach.models.objections import OBJECTION_STEPS, Objection
from outreach.models.panel import (
    FIRST,
    PANEL_STEPS,
    REVIEW_STEPS,
    SECOND,
    ExtraFinding,
    PanelDraw,
    PanelMember,
    Recusal,
    Review,
    Score,
    SiteVisit,
    VisitPhoto,
)
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
    "FIRST",
    "MOST_FILES",
    "OBJECTION_STEPS",
    "PANEL_STEPS",
    "REVIEW_STEPS",
    "ROUND_STEPS",
    "SECOND",
    "Application",
    "ApplicationFile",
    "Criterion",
    "Evidence",
    "EvidenceItem",
    "EvidenceWanted",
    "ExtraFinding",
    "ExtraRule",
    "Gate",
    "GateFinding",
    "Measure",
    "Objection",
    "PanelDraw",
    "PanelMember",
    "Plan",
    "Project",
    "Recusal",
    "Review",
    "Round",
    "Scheme",
    "Score",
    "ScoreForm",
    "SiteVisit",
    "Target",
    "TargetActual",
    "Title",
    "TitleKind",
    "VisitPhoto",
]
