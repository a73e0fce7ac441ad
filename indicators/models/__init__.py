"""Forms and returns, figures, editions of the index and their vintages, annual reports.

What a district hands in is a Return of ReturnCells; what the portal counts by itself is a Figure. Both become
Observations of an edition's indicators; a Vintage is one computation over all of them, kept with its inputs.
"""

from indicators.models.editions import Edition, IndicatorVersion, Node, Observation, WeightOpinion
from indicators.models.figures import (
    CountMark,
    Denominator,
    Figure,
    FigureSource,
    NationalSeries,
    SubdistrictFigure,
)
from indicators.models.form import FormItem, Period, StatForm, ValidationRule
from indicators.models.literacy import WHOLE, LiteracyResult, LiteracySurvey
from indicators.models.reports import AnnualReport
from indicators.models.returns import (
    NOT_APPLICABLE_SIGN,
    RETURN_FLOW,
    CellRemark,
    Return,
    ReturnCell,
    ReturnQuerySet,
    plain,
)
from indicators.models.tables import SavedTable
from indicators.models.vintages import ComputeRun, RebuildCheck, Vintage, VintageCell, VintageContribution

__all__ = [
    "NOT_APPLICABLE_SIGN",
    "RETURN_FLOW",
    "WHOLE",
    "AnnualReport",
    "CellRemark",
    "ComputeRun",
    "CountMark",
    "Denominator",
    "Edition",
    "Figure",
    "FigureSource",
    "FormItem",
    "IndicatorVersion",
    "LiteracyResult",
    "LiteracySurvey",
    "NationalSeries",
    "Node",
    "Observation",
    "Period",
    "RebuildCheck",
    "Return",
    "ReturnCell",
    "ReturnQuerySet",
    "SavedTable",
    "StatForm",
    "SubdistrictFigure",
    "ValidationRule",
    "Vintage",
    "VintageCell",
    "VintageContribution",
    "WeightOpinion",
    "plain",
]
