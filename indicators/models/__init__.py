"""Forms and returns, figures, editions of the index and their vintages, annual reports.

What a district hands in is a Return of ReturnCells; what the portal counts by itself is a Figure. Both become
Observations of an edition's indicators; a Vintage is one computation over all of them, kept with its inputs.
"""

from indicators.models.editions import Edition, IndicatorVersion, Node, Observation, WeightOpinion
from indicators.models.figures import (
    CountMark,
    Denominator,
    Figure,
    FigureEvidence,
    FigureSource,
    NationalSeries,
    SubdistrictFigure,
)
from indicators.models.form import YEARLY_FORM, FormItem, Period, Reporter, StatForm, ValidationRule
from indicators.models.gaps import GapIndicator
from indicators.models.literacy import WHOLE, LiteracyResult, LiteracySurvey
from indicators.models.reports import REPORT_FLOW, AnnualReport, PartRemark, ReportPart
from indicators.models.returns import (
    NOT_APPLICABLE_SIGN,
    RETURN_FLOW,
    WITH_REPORTER,
    CellRemark,
    Evidence,
    HeadSignOff,
    Reminder,
    Return,
    ReturnCell,
    ReturnQuerySet,
    Settlement,
    Submission,
    plain,
)
from indicators.models.tables import SavedTable
from indicators.models.target_figures import TargetFigure
from indicators.models.vintages import ComputeRun, RebuildCheck, Vintage, VintageCell, VintageContribution

__all__ = [
    "NOT_APPLICABLE_SIGN",
    "REPORT_FLOW",
    "RETURN_FLOW",
    "WHOLE",
    "WITH_REPORTER",
    "YEARLY_FORM",
    "AnnualReport",
    "CellRemark",
    "ComputeRun",
    "CountMark",
    "Denominator",
    "Edition",
    "Evidence",
    "Figure",
    "FigureEvidence",
    "FigureSource",
    "FormItem",
    "GapIndicator",
    "HeadSignOff",
    "IndicatorVersion",
    "LiteracyResult",
    "LiteracySurvey",
    "NationalSeries",
    "Node",
    "Observation",
    "PartRemark",
    "Period",
    "RebuildCheck",
    "Reminder",
    "ReportPart",
    "Reporter",
    "Return",
    "ReturnCell",
    "ReturnQuerySet",
    "SavedTable",
    "Settlement",
    "StatForm",
    "SubdistrictFigure",
    "Submission",
    "TargetFigure",
    "ValidationRule",
    "Vintage",
    "VintageCell",
    "VintageContribution",
    "WeightOpinion",
    "plain",
]
