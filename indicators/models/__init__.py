"""Forms and returns, figures, editions of the index and their vintages, annual reports.

What a district hands in is a Return of ReturnCells; what the portal counts by itself is a Figure. Both become
Observations of an edition's indicators; a Vintage is one computation over all of them, kept with its inputs.
"""

from indicators.models.editions import Edition, IndicatorVersion, Node, Observation
from indicators.models.figures import Denominator, Figure, FigureSource, NationalSeries
from indicators.models.form import FormItem, Period, StatForm, ValidationRule
from indicators.models.reports import REPORT_FLOW, AnnualReport, PartRemark, ReportPart
from indicators.models.returns import (
    NOT_APPLICABLE_SIGN,
    RETURN_FLOW,
    CellRemark,
    Return,
    ReturnCell,
    ReturnQuerySet,
    plain,
)
from indicators.models.vintages import ComputeRun, Vintage, VintageCell, VintageContribution

__all__ = [
    "NOT_APPLICABLE_SIGN",
    "REPORT_FLOW",
    "RETURN_FLOW",
    "AnnualReport",
    "CellRemark",
    "ComputeRun",
    "Denominator",
    "Edition",
    "Figure",
    "FigureSource",
    "FormItem",
    "IndicatorVersion",
    "NationalSeries",
    "Node",
    "Observation",
    "PartRemark",
    "Period",
    "ReportPart",
    "Return",
    "ReturnCell",
    "ReturnQuerySet",
    "StatForm",
    "ValidationRule",
    "Vintage",
    "VintageCell",
    "VintageContribution",
    "plain",
]
