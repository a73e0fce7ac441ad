"""What other apps and pages may ask of statistics and index."""

from indicators.queries.reports import published_reports, reports_waiting_for
from indicators.queries.results import headline
from indicators.queries.returns import waiting_for

__all__ = ["headline", "published_reports", "reports_waiting_for", "waiting_for"]
