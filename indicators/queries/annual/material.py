"""What one report is written from: its vintage, the accepted returns, its plan of chapters."""

import json
from functools import cached_property
from pathlib import Path

from indicators import sources
from indicators.models import Vintage, VintageCell
from indicators.queries import index as queries
from indicators.queries.annual.named import Names, Run
from indicators.queries.annual.totals import totals
from portal.regions import Level, Region

PLAN = Path(__file__).parents[2] / "data" / "annual_report.json"


def plan_file() -> dict:
    """Which items stand in which chapter, and which parts a new report begins with."""
    return json.loads(PLAN.read_text(encoding="utf-8"))


def first_parts(region: Region, year: int) -> list[dict]:
    """The parts that a first report has, in order; a chapter for each project of the plan in force."""
    level = "city" if region.level == Level.MUNICIPALITY else "district"
    plan = sources.plan_of(year)
    found = []
    for kind, code, title in plan_file()["parts"][level]:
        if code == "*":
            projects = [project for project, _ in sources.projects_of(plan)] if plan else []
            found += [(kind, f"p{project.code.replace('.', '-')}", project.name) for project in projects]
        else:
            found.append((kind, code, title))
    return [
        {"kind": kind, "code": code, "title": title, "text": "", "is_on": True} for kind, code, title in found
    ]


class Report:
    """What the report of one region and year is written from, read once."""

    def __init__(self, vintage: Vintage, region: Region, year: int):
        self.vintage, self.region, self.year = vintage, region, year
        self.plan_file = plan_file()
        self.overview = queries.overview(vintage, year)
        self.method = self.overview.method
        self.totals = totals(year, region)
        self.profile = queries.profile(vintage, region, year)
        self.source = f"各区科普统计年报（审核通过）；结果编号 {vintage.short}"

    @property
    def is_city(self) -> bool:
        return self.region.level == Level.MUNICIPALITY

    @property
    def place(self) -> str:
        """全市, or the district's name."""
        return "全市" if self.is_city else self.region.name

    @cached_property
    def city(self) -> Region:
        return self.region if self.is_city else Region.objects.city()

    @cached_property
    def districts(self) -> list[Region]:
        return list(Region.objects.districts())

    @cached_property
    def cells(self) -> dict[tuple[str, str, int], VintageCell]:
        """Every result up to the year by code of the region, node and year; small counts blank."""
        found = VintageCell.objects.filter(vintage=self.vintage, year__lte=self.year)
        shown = queries.blanked(list(found.select_related("region").defer("terms")), self.method)
        return {(cell.region.code, cell.node, cell.year): cell for cell in shown}

    def cell(self, node: str, region: Region | None = None, year: int | None = None) -> VintageCell | None:
        return self.cells.get(((region or self.region).code, node, year or self.year))

    @cached_property
    def years(self) -> list[int]:
        """The years of the vintage up to that of the report."""
        return sorted({year for _, _, year in self.cells})

    @cached_property
    def projects(self) -> dict:
        """The plan's projects with their measures by code; empty where no plan covers the year."""
        plan = sources.plan_of(self.year)
        found = sources.projects_of(plan) if plan else []
        return {project.code: (project, measures) for project, measures in found}

    @cached_property
    def names(self) -> Names:
        return Names(self)

    def runs(self, text: str) -> list[Run]:
        """A sentence of the portal's own with its figures looked up; what is not published is a dash."""
        return self.names.runs(text, is_strict=False)
