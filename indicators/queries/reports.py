"""Reads of annual reports."""

from indicators.models import AnnualReport


def published_reports() -> list[AnnualReport]:
    """Published annual reports, the latest year and version first."""
    return list(
        AnnualReport.objects.filter(state=AnnualReport.State.PUBLISHED)
        .select_related("vintage", "file")
        .order_by("-year", "-version")
    )
