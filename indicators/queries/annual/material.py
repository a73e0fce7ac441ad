"""What one report is written from: its vintage, its year's returns, its plan of chapters."""

import json
from pathlib import Path

from indicators.models import Vintage
from indicators.queries import index as queries
from indicators.queries.annual.totals import totals
from portal.regions import Region

PLAN = Path(__file__).parents[2] / "data" / "annual_report.json"


class Report:
    """What one report is written from, read once."""

    def __init__(self, vintage: Vintage, year: int):
        self.vintage, self.year = vintage, year
        self.plan_file = json.loads(PLAN.read_text(encoding="utf-8"))
        self.overview = queries.overview(vintage, year)
        self.method = self.overview.method
        self.names = self.method.names
        self.districts = list(Region.objects.districts())
        keys = {
            key
            for chapter in self.plan_file["chapters"].values()
            for _, some in [*chapter["tables"], chapter["districts"]]
            for key in some
        } | {key for chapter in self.plan_file["chapters"].values() for key in chapter["lead"]}
        self.totals = totals(keys, year)
        self.profile = queries.profile(vintage, Region.objects.city(), year)
        self.source = f"各区科普统计年报（审核通过）；结果编号 {vintage.short}"
