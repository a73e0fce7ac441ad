"""What the annual report says: chapters, tables and the figures of its charts, from one vintage and the
accepted returns of its year. The content is kept with the report, so that it always gives the same bytes.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from indicators import sources
from indicators.method import growth_percent, share_percent
from indicators.models import (
    Denominator,
    FormItem,
    NationalSeries,
    Period,
    Return,
    ReturnCell,
    Vintage,
    VintageCell,
)
from indicators.queries import index as queries
from portal.charts import figure_text
from portal.regions import Level, Region
from portal.templatetags.portal_tags import cn_date

PLAN = Path(__file__).parent.parent / "data" / "annual_report.json"
NUMERALS = "一二三四五六七八九十"
Cell = VintageCell.Level


# ---------------------------------------------------------------- what is missing


@dataclass(frozen=True)
class Input:
    """One thing the report needs, whether it is there, and where to see to it."""

    label: str
    is_there: bool
    words: str
    url: str = ""
    is_needed: bool = True


def checklist(year: int) -> list[Input]:
    """What a year's report needs, in the order of the work."""
    period = Period.objects.filter(year=year).first()
    returns = (
        list(period.returns.select_related("region", "period").order_by("region__code")) if period else []
    )
    waiting = [row for row in returns if row.status != Return.Status.ACCEPTED]
    found = [
        Input(
            label="各区年报全部通过",
            is_there=bool(returns) and not waiting,
            words="、".join(f"{row.region.name}（{row.get_status_display()}）" for row in waiting)
            or (f"{len(returns)} 个区已通过" if returns else "该年度尚未开启填报"),
            url="/desk/returns/",
        )
    ]
    vintage = queries.latest_vintage()
    covers = vintage is not None and vintage.first_year <= year <= vintage.last_year
    found.append(
        Input(
            label="指数已计算到该年",
            is_there=covers,
            words=f"结果编号 {vintage.short}" if covers else "每晚自动计算，也可运行 compute_index",
            url="/index/method/",
        )
    )
    if covers:
        found += _index_inputs(vintage, year)
    plan = sources.plan_of(year)
    found.append(
        Input(
            label="规划与任务进展",
            is_there=plan is not None,
            words=str(plan) if plan else "没有覆盖该年的规划，各工程章节将只列数据",
            url="/admin/outreach/measure/",
            is_needed=False,
        )
    )
    nation = NationalSeries.objects.filter(year=year).count()
    found.append(
        Input(
            label="全国数据",
            is_there=bool(nation),
            words=f"{nation} 项" if nation else "当年全国数尚未公布，比较用最近年份",
            is_needed=False,
        )
    )
    return found


def _index_inputs(vintage: Vintage, year: int) -> list[Input]:
    cells = VintageCell.objects.filter(vintage=vintage, year=year)
    city = cells.filter(level=Cell.INDEX, region__level=Level.MUNICIPALITY).first()
    missing = list(
        cells.filter(level=Cell.INDICATOR, state="missing").select_related("region").order_by("region__code")
    )
    names = queries.method_of(vintage).names
    words = "；".join(f"{cell.region.name} {names[cell.node]}" for cell in missing[:6])
    sample = cells.filter(level=Cell.INDICATOR, flags__contains=["sample"]).count()
    return [
        Input(
            label="全市指数达到公布要求",
            is_there=bool(city and city.score is not None),
            words="可以公布" if city and city.score is not None else "有领域的数据不足三分之二",
            url=f"/index/440300000000/?year={year}",
        ),
        Input(
            label="指标数据齐全",
            is_there=not missing,
            words=f"缺 {len(missing)} 项：{words}" if missing else "没有缺项",
            url="/admin/indicators/figure/",
            is_needed=False,
        ),
        Input(
            label="不含示例数据",
            is_there=not sample,
            words=f"{sample} 个指标值含示例数据，报告封面将注明" if sample else "全部为正式数据",
            is_needed=False,
        ),
    ]


# ---------------------------------------------------------------- totals of the returns


@dataclass(frozen=True)
class Total:
    """One item over the accepted returns of a year: sum, how many districts, the year before."""

    item: FormItem
    value: Decimal | None
    before: Decimal | None
    districts: dict[str, Decimal | None]

    @property
    def growth(self) -> Decimal | None:
        return growth_percent(self.value, self.before, 1)

    @property
    def text(self) -> str:
        return figure_text(self.value, 2 if self.item.decimals else 0)


def totals(keys: set[str], year: int) -> dict[str, Total]:
    """Sums over the districts; what is not applicable is left out, and no year is invented."""
    cells = (
        ReturnCell.objects.filter(
            filing__status=Return.Status.ACCEPTED,
            filing__period__year__in=[year - 1, year],
            item__key__in=keys,
        )
        .select_related("item", "filing__region", "filing__period")
        .order_by("item__position", "filing__region__code")
    )
    by_key: dict[str, dict[int, dict[str, Decimal | None]]] = defaultdict(lambda: defaultdict(dict))
    items = {}
    for cell in cells:
        items[cell.item.key] = cell.item
        by_key[cell.item.key][cell.filing.period.year][cell.filing.region.code] = cell.value
    return {
        key: Total(item, _sum(by_key[key][year]), _sum(by_key[key][year - 1]), by_key[key][year])
        for key, item in items.items()
    }


def _sum(values: dict[str, Decimal | None]) -> Decimal | None:
    known = [value for value in values.values() if value is not None]
    return sum(known, Decimal(0)) if known else None


# ---------------------------------------------------------------- the content


def _growth_words(total: Total) -> str:
    growth = total.growth
    if growth is None:
        return ""
    if not growth:
        return "，与上年持平"
    return f"，比上年{'增长' if growth > 0 else '下降'}{abs(growth)}%"


def _item_words(total: Total) -> str:
    name = total.item.name.removeprefix("其中：").replace("：", "")
    return f"{name}{total.text}{total.item.unit}{_growth_words(total)}"


class Report:
    """Builds the content of one report."""

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

    def content(self, *, version: int, corrections: str) -> dict:
        """All of the report as plain data."""
        chapters = [self._index_chapter()]
        plan = sources.plan_of(self.year)
        projects = sources.projects_of(plan) if plan else []
        for project, measures in projects:
            chapters.append(self._project_chapter(project, measures))
        chapters += [self._national_chapter(), self._method_chapter()]
        for number, chapter in enumerate(chapters, start=1):
            _number(chapter, number)
        sample = any("sample" in cell.flags for _, _, some in self.profile.pillars for cell in _cells(some))
        return {
            "title": f"深圳市科普发展年度报告（{self.year}）",
            "running": f"深圳市科普发展年度报告（{self.year}）",
            "subtitle": "科普统计与科普发展指数",
            "period": f"统计期间：{self.year}年1月1日至12月31日",
            "date": f"第{version}版　{cn_date(self.vintage.created_at)}",
            "number": f"指数版本：{self.vintage.edition.name}　结果编号：{self.vintage.digest}",
            "note": "本报告含示例数据，仅供系统演示，不得引用。" if sample else "",
            "corrections": corrections,
            "summary": self._summary(),
            "chapters": chapters,
        }

    # --- summary

    def _summary(self) -> dict:
        city = self.overview.city
        before = next((cell for cell in self.profile.series if cell.year == self.year - 1), None)
        keys = [
            ["科普发展指数", figure_text(city.growth, 1), f"{self.vintage.edition.base_year}年=100"],
            ["水平分值", figure_text(city.score, 1), "1–100分"],
        ]
        for key in ("KJ100", "KR300", "KH111", "KC312"):
            if key in self.totals:
                total = self.totals[key]
                name = {"KJ100": "科普经费筹集额", "KR300": "注册科普志愿者"}.get(key)
                name = name or {"KH111": "科普讲座参加人次", "KC312": "市级及以下科普基地"}[key]
                keys.append([name, *_short(total.value, total.item.unit)])
        words = [
            self._growth_sentence(city, before),
            *(
                "，".join(_item_words(self.totals[key]) for key in chapter["lead"][:3] if key in self.totals)
                + "。"
                for chapter in self.plan_file["chapters"].values()
            ),
        ]
        pillars = [
            [pillar.name, _float(cell.score)]
            for pillar, cell, _ in self.profile.pillars
            if cell.state != "not_applicable"
        ]
        block = {
            "kind": "bar",
            "name": "pillars",
            "title": f"{self.year}年全市各领域水平分值",
            "unit": "分",
            "decimals": 1,
            "rows": pillars,
            "number": "1",
        }
        return {"keys": keys, "paragraphs": [text for text in words if len(text) > 1], "blocks": [block]}

    def _growth_sentence(self, city: VintageCell, before: VintageCell | None) -> str:
        base = self.vintage.edition.base_year
        if city.growth is None:
            return f"{self.year}年全市科普发展指数未达到公布要求。"
        text = f"{self.year}年，全市科普发展指数为{figure_text(city.growth, 1)}（{base}年=100）"
        if before and before.growth is not None:
            change = growth_percent(city.growth, before.growth, 1)
            text += f"，比上年{'提高' if change >= 0 else '下降'}{abs(change)}%"
        return text + f"；水平分值为{figure_text(city.score, 1)}分。"

    # --- the index

    def _index_chapter(self) -> dict:
        city = self.overview.city
        before = next((cell for cell in self.profile.series if cell.year == self.year - 1), None)
        trend = self.overview.trend
        upto = [(year, growth) for year, growth, _ in trend if year <= self.year]
        return {
            "id": "index",
            "title": "科普发展指数",
            "sections": [
                {
                    "id": "index-city",
                    "title": "全市",
                    "paragraphs": [
                        self._growth_sentence(city, before),
                        "发展指数反映快慢，逐年衔接；水平分值反映高低，在目标值之间折算。两者含义不同，不能互相换算。",
                    ],
                    "blocks": [
                        {
                            "kind": "line",
                            "name": "trend",
                            "title": f"全市科普发展指数（{self.vintage.edition.base_year}年=100）",
                            "times": [str(year) for year, _ in upto],
                            "series": [["发展指数", [_float(value) for _, value in upto]]],
                            "base": 100,
                            "decimals": 1,
                        },
                        self._pillar_table(),
                    ],
                },
                self._district_section(),
            ],
        }

    def _pillar_table(self) -> dict:
        before = {
            cell.node: cell
            for cell in VintageCell.objects.filter(
                vintage=self.vintage,
                level=Cell.PILLAR,
                year=self.year - 1,
                region__level=Level.MUNICIPALITY,
            )
        }
        rows = []
        for pillar, cell, _ in self.profile.pillars:
            old = before.get(pillar.code)
            rows.append(
                [
                    pillar.name,
                    figure_text(cell.score, 1),
                    figure_text(old.score if old else None, 1),
                    figure_text(cell.growth, 1),
                    _percent(growth_percent(cell.growth, old.growth if old else None, 1)),
                ]
            )
        return {
            "kind": "table",
            "title": f"{self.year}年全市各领域",
            "columns": ["领域", "水平分值", "上年", "发展指数", "指数增速"],
            "rows": rows,
            "source": self.source,
        }

    def _district_section(self) -> dict:
        rows = [row for row in self.overview.rows if row.cell.rank is not None]
        table = [
            [
                row.region.name,
                row.place,
                figure_text(row.cell.score, 1),
                f"{figure_text(row.cell.score_low, 1)}–{figure_text(row.cell.score_high, 1)}",
                figure_text(row.cell.growth, 1),
            ]
            for row in self.overview.rows
        ]
        return {
            "id": "index-districts",
            "title": "各区",
            "paragraphs": [
                "公民科学素质没有区级数据，各区分值不含成效领域。位次以区间表示：改变权重、剔除指标、计入随机误差后，"
                "九成模拟结果落在该区间；区间相互重叠的区，先后不能分清。",
                *self._growth_gap_words(),
            ],
            "blocks": [
                {
                    "kind": "interval",
                    "name": "ranks",
                    "title": f"{self.year}年各区位次及区间",
                    "rows": [
                        [row.region.name, row.cell.rank_low, row.cell.rank, row.cell.rank_high]
                        for row in rows
                    ],
                },
                {
                    "kind": "map",
                    "name": "map",
                    "title": f"{self.year}年各区水平分值",
                    "unit": "分",
                    "values": {row.region.code: _float(row.cell.score) for row in self.overview.rows},
                    "note": "区块位置为示意，不作为行政区划界线依据。",
                },
                {
                    "kind": "table",
                    "title": f"{self.year}年各区水平分值与发展指数",
                    "columns": ["区", "位次区间", "水平分值", "分值区间", "发展指数"],
                    "rows": table,
                    "note": "“—”为未公布：缺数据，或计数少于16而不能逐年衔接。",
                    "source": self.source,
                },
            ],
        }

    def _growth_gap_words(self) -> list[str]:
        """Which districts have no growth index, and why."""
        without = self.overview.ungrown
        if not without:
            return []
        told = "".join(f"{region.name}：{words}。" for region, words in without)
        return [
            "以下各区不编制发展指数：括号内的指标每年计数少于16，逐年升降多出于偶然，不作衔接；分值和位次不受影响。",
            told,
        ]

    # --- the plan's projects

    def _project_chapter(self, project, measures: list) -> dict:
        content = self.plan_file["chapters"].get(project.code)
        sections = []
        if content:
            sections.append(self._figures_section(project.code, content))
            sections.append(self._project_districts(project.code, content))
        sections.append(_measures_section(project, measures))
        return {
            "id": f"p{project.code.replace('.', '-')}",
            "title": project.name,
            "lead": project.summary,
            "sections": sections,
        }

    def _figures_section(self, code: str, content: dict) -> dict:
        known = [self.totals[key] for key in content["lead"] if key in self.totals]
        text = f"{self.year}年，全市" + "；".join(_item_words(total) for total in known) + "。"
        return {
            "id": f"p{code.replace('.', '-')}-figures",
            "title": content["section"],
            "paragraphs": [text, *self._share_words(code)] if known else ["本年没有审核通过的年报数据。"],
            "blocks": [self._item_table(title, keys) for title, keys in content["tables"]],
        }

    def _share_words(self, code: str) -> list[str]:
        if code != "4.1" or not {"KJ100", "KJ120", "KJ130", "KJ140"} <= self.totals.keys():
            return []
        whole = self.totals["KJ100"].value
        public = share_percent(self.totals["KJ120"].value, whole)
        social = share_percent(self.totals["KJ130"].value + self.totals["KJ140"].value, whole)
        return [f"经费筹集额中，政府拨款占{public}%，社会捐赠和自筹资金合计占{social}%。"]

    def _item_table(self, title: str, keys: list[str]) -> dict:
        known = [self.totals[key] for key in keys if key in self.totals]
        return {
            "kind": "table",
            "title": f"{self.year}年全市{title}",
            "columns": ["指标", "单位", f"{self.year}年", f"{self.year - 1}年", "增速"],
            "rows": [
                [
                    total.item.name,
                    total.item.unit,
                    total.text,
                    figure_text(total.before, 2 if total.item.decimals else 0),
                    _percent(total.growth),
                ]
                for total in known
            ],
            "source": self.source,
        }

    def _project_districts(self, code: str, content: dict) -> dict:
        title, keys = content["districts"]
        known = [self.totals[key] for key in keys if key in self.totals]
        rows = [
            [
                district.name,
                *(
                    figure_text(total.districts.get(district.code), 2 if total.item.decimals else 0)
                    for total in known
                ),
            ]
            for district in self.districts
        ]
        rows.append(["全市", *(total.text for total in known)])
        first = self.totals.get(content["chart"])
        units = {total.item.unit for total in known}
        blocks = [
            {
                "kind": "table",
                "title": f"{self.year}年{title}",
                "unit": units.pop() if len(units) == 1 else "",
                "columns": ["区", *(_column(total.item, len(units) > 0) for total in known)],
                "rows": rows,
                "note": "大鹏新区、深汕特别合作区单独统计。“—”为不适用。",
                "source": self.source,
            }
        ]
        if first is not None:
            blocks.append(
                {
                    "kind": "bar",
                    "name": f"p{code.replace('.', '-')}",
                    "title": f"{self.year}年各区{first.item.name.replace('：', '')}",
                    "unit": first.item.unit,
                    "rows": [
                        [district.name, _float(first.districts.get(district.code))]
                        for district in self.districts
                    ],
                }
            )
        words, table = self._indicators(content["pillar"])
        return {
            "id": f"p{code.replace('.', '-')}-districts",
            "title": "分区情况与指数",
            "paragraphs": [words],
            "blocks": [*blocks, table],
        }

    def _indicators(self, pillar_code: str) -> tuple[str, dict]:
        """How a pillar stands in the index: a sentence and a table."""
        pillar, cell, standings = next(
            entry for entry in self.profile.pillars if entry[0].code == pillar_code
        )
        words = (
            f"{self.year}年全市{pillar.name}领域水平分值{figure_text(cell.score, 1)}分，"
            f"发展指数{figure_text(cell.growth, 1)}。{self._leaders(pillar_code)}"
        )
        table = {
            "kind": "table",
            "title": f"{self.year}年全市{pillar.name}领域指标",
            "columns": ["指标", "单位", "指标值", "目标值上限", "分值"],
            "rows": [
                [
                    one.indicator.name,
                    one.indicator.unit,
                    figure_text(one.cell.rate, 2),
                    figure_text(one.indicator.high, 2),
                    figure_text(one.cell.score, 1),
                ]
                for one in standings
            ],
            "source": self.source,
        }
        return words, table

    def _leaders(self, pillar_code: str) -> str:
        """The districts whose pillar score lies before the others', three at the most."""
        place = next(
            number for number, pillar in enumerate(self.method.pillars) if pillar.code == pillar_code
        )
        cells = [(row.region.name, row.pillars[place]) for row in self.overview.rows if row.pillars[place]]
        known = sorted(
            ((cell.score, name) for name, cell in cells if cell.score is not None),
            key=lambda pair: (-pair[0], pair[1]),
        )
        return f"分值较高的区：{'、'.join(name for _, name in known[:3])}。" if known else ""

    # --- nation and method

    def _national_chapter(self) -> dict:
        blocks = []
        for item, indicator, name, unit in self.plan_file["national"]:
            blocks.append(self._comparison(item, indicator, name, unit))
        rows = [
            [row.name, row.unit, str(row.year), figure_text(row.value, 2), _percent(row.growth_percent)]
            for row in _latest_national(self.year)
        ]
        return {
            "id": "nation",
            "title": "与全国比较",
            "sections": [
                {
                    "id": "nation-compare",
                    "title": "人均投入与科学素质",
                    "paragraphs": [
                        "全国数为全国科普统计调查和公民科学素质抽样调查公布数；缺公布数的年份留空。"
                    ],
                    "blocks": [block for block in blocks if block],
                },
                {
                    "id": "nation-figures",
                    "title": "全国主要数据",
                    "paragraphs": [],
                    "blocks": [
                        {
                            "kind": "table",
                            "title": "全国科普主要数据（最近公布年份）",
                            "columns": ["项目", "单位", "年份", "数值", "公布增速"],
                            "rows": rows,
                            "source": "全国科普统计调查、中国公民科学素质抽样调查公布数",
                        }
                    ],
                },
            ],
        }

    def _comparison(self, item: str, indicator: str, name: str, unit: str) -> dict | None:
        city = {
            cell.year: cell.rate
            for cell in VintageCell.objects.filter(
                vintage=self.vintage, node=indicator, region__level=Level.MUNICIPALITY, year__lte=self.year
            )
        }
        nation = {row.year: row.value for row in queries.national(item)}
        years = sorted(city)
        if not years or not any(nation.get(year) for year in years):
            return None
        return {
            "kind": "line",
            "name": f"nation-{item.replace('_', '-')}",
            "title": f"{name}：深圳与全国",
            "unit": unit,
            "times": [str(year) for year in years],
            "series": [
                ["深圳", [_float(city[year]) for year in years]],
                ["全国", [_float(nation.get(year)) for year in years]],
            ],
            "decimals": 2,
        }

    def _method_chapter(self) -> dict:
        edition = self.vintage.edition
        return {
            "id": "method",
            "title": "附录：方法与数据说明",
            "sections": [
                {
                    "id": "method-index",
                    "title": "指数方法",
                    "paragraphs": [
                        f"{edition.name}由{len(self.method.pillars)}个领域、{len(self.method.indicators)}项指标组成，"
                        "指标、领域权重相等。水平分值为指标值在目标值之间的位置，折算为1–100分，超出目标值的部分不加分；"
                        "领域分值为指标分值的平均，总分为领域分值的平均。",
                        f"发展指数以{edition.base_year}年为100，由相邻两年的对称增速逐年衔接，"
                        "总指数为各领域指数的平均。",
                        edition.goalpost_rule,
                        "公布的数不作估算；年报数据可沿用一年并注明；领域须有三分之二以上的权重有数据，"
                        "总分须各领域齐全。全市数为各区分子之和除以分母之和，不是各区比率的平均。",
                        f"位次区间由{self.vintage.draws}次模拟得到，随机种子取自输入数据的摘要。",
                    ],
                    "blocks": [
                        {
                            "kind": "table",
                            "title": "指标与目标值",
                            "columns": ["领域", "指标", "单位", "目标值上限", "依据"],
                            "rows": [
                                [
                                    one.pillar.name,
                                    one.name,
                                    one.unit,
                                    figure_text(one.high, 2),
                                    one.goalpost_basis,
                                ]
                                for one in self.method.indicators
                            ],
                        }
                    ],
                },
                self._quality_section(),
            ],
        }

    def _quality_section(self) -> dict:
        returns = list(
            Return.objects.filter(period__year=self.year)
            .select_related("region", "period")
            .order_by("region__code")
        )
        late = [
            row.region.name for row in returns if row.first_submitted_at and row.is_late(row.submitted_on)
        ]
        accepted = sum(1 for row in returns if row.status == Return.Status.ACCEPTED)
        unverified = Denominator.objects.filter(
            kind="population", is_verified=False, region__level=Level.DISTRICT
        ).count()
        words = [
            f"{self.year}年度应报{len(returns)}个区，审核通过{accepted}个区；"
            + (f"逾期提交的区：{'、'.join(late)}。" if late else "没有逾期提交的区。"),
            f"人口分母为2020年第七次全国人口普查数，其中{unverified}个区的末位数字尚未核实，已在指标上注明。",
            "统计报表的部分代码为本平台按国家报表体例拟编，不作为官方代码。"
            "涉及未成年人且少于10的数值不公布。",
            f"本报告的全部指数结果编号为{self.vintage.digest}，输入数据随结果保存，可以复算。",
        ]
        return {"id": "method-quality", "title": "数据质量", "paragraphs": words, "blocks": []}


def _measures_section(project, measures: list) -> dict:
    has_notes = any(row.note for row in measures)
    return {
        "id": f"p{project.code.replace('.', '-')}-tasks",
        "title": "规划任务进展",
        "paragraphs": [],
        "blocks": [
            {
                "kind": "words",
                "title": f"{project.name}任务进展",
                "columns": ["编号", "任务", "进展", *(["说明"] if has_notes else [])],
                "rows": [
                    [row.code, row.name, row.get_progress_display(), *([row.note] if has_notes else [])]
                    for row in measures
                ],
            }
        ],
    }


def _latest_national(year: int) -> list[NationalSeries]:
    latest: dict[str, NationalSeries] = {}
    for row in NationalSeries.objects.filter(year__lte=year).order_by("item", "year"):
        latest[row.item] = row
    return list(latest.values())


def _cells(standings: list) -> list[VintageCell]:
    return [one.cell for one in standings]


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _column(item: FormItem, with_unit: bool) -> str:
    name = item.name.replace("其中：", "").replace("：", "")
    return f"{name}（{item.unit}）" if with_unit else name


def _percent(value: Decimal | None) -> str:
    if value is None:
        return "—"
    return f"{value:+}%" if value else "0.0%"


def _short(value: Decimal | None, unit: str) -> list[str]:
    """A figure to be read: 1.2 万 or 3.4 亿, and its unit."""
    if value is None:
        return ["—", unit]
    value = value * 10_000 if unit == "万元" else value
    unit = "元" if unit == "万元" else unit
    for size, word in ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万")):
        if value >= size:
            return [figure_text(value / size, 2), word + unit]
    return [figure_text(value), unit]


KEPT_ROWS = 14  # a table of at most so many rows is not broken over pages


def _number(chapter: dict, number: int) -> None:
    """Chapter and section headings with their numerals, tables and charts with their numbers."""
    chapter["contents"] = "" if number == 1 or chapter["id"].startswith("p") else "plain"
    is_appendix = chapter["title"].startswith("附录")
    chapter["title"] = chapter["title"] if is_appendix else f"{NUMERALS[number - 1]}、{chapter['title']}"
    tables = charts = 0
    for place, section in enumerate(chapter["sections"]):
        section["title"] = f"（{NUMERALS[place]}）{section['title']}"
        for block in section["blocks"]:
            block["keep"] = len(block.get("rows", ())) <= KEPT_ROWS
            if block["kind"] in ("table", "words"):
                tables += 1
                block["number"] = f"{number}-{tables}"
            else:
                charts += 1
                block["number"] = f"{number}-{charts}"


def content_of(vintage: Vintage, year: int, *, version: int, corrections: str) -> dict:
    """The whole content of one report, as plain data."""
    return Report(vintage, year).content(version=version, corrections=corrections)
