"""The nation beside the city, the method, how good the data are."""

from indicators.models import YEARLY_FORM, Denominator, NationalSeries, Return
from indicators.queries.annual.material import Report
from indicators.queries.annual.named import Run, national_text
from indicators.queries.annual.totals import as_float, percent_words
from indicators.queries.weights import means_in_words, shares_in_words, weights_in_words
from portal.charts import figure_text
from portal.regions import Level
from portal.templatetags.portal_tags import exact


def national_chapter(report: Report) -> dict:
    """The nation's published figures, and the city beside them where both are known."""
    blocks = [
        block
        for item, indicator, name, unit in report.plan_file["national"]
        if (block := _comparison(report, item, indicator, name, unit)) is not None
    ]
    return {
        "id": "nation",
        "sections": [
            {
                "id": "nation-compare",
                "title": "人均投入与科学素质",
                "paragraphs": [
                    report.runs("全国数为全国科普统计调查和公民科学素质抽样调查公布数；缺公布数的年份留空。")
                ],
                "blocks": blocks,
                "is_pair": len(blocks) == 2,
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
                        "rows": _latest(report),
                        "source": "全国科普统计调查、中国公民科学素质抽样调查公布数",
                    }
                ],
            },
        ],
    }


def _comparison(report: Report, item: str, indicator: str, name: str, unit: str) -> dict | None:
    city = {
        year: cell.rate
        for year in report.years
        if (cell := report.cell(indicator, report.city, year)) is not None
    }
    nation = dict(NationalSeries.objects.filter(item=item).values_list("year", "value"))
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
            ["深圳", [as_float(city[year]) for year in years]],
            ["全国", [as_float(nation.get(year)) for year in years]],
        ],
        "decimals": 2,
    }


def _latest(report: Report) -> list[list[str]]:
    """The latest published national figures, as a table has them."""
    return [
        [row.name, row.unit, str(row.year), national_text(row), percent_words(row.growth_percent)]
        for row in report.names.nation.values()
    ]


def method_chapter(report: Report) -> dict:
    edition, method = report.vintage.edition, report.method
    totals = {pillar.pk: sum(one.weight for one in method.under(pillar)) for pillar in method.pillars}
    return {
        "id": "method",
        "sections": [
            {
                "id": "method-index",
                "title": "指数方法",
                "paragraphs": _plain(
                    f"{edition.name}由{len(method.pillars)}个领域、{len(method.indicators)}项指标组成。"
                    f"{weights_in_words(method)}水平分值为指标值在目标值之间的位置，"
                    f"折算为{exact(edition.lowest)}–{exact(edition.highest)}分，超出目标值的部分不加分；"
                    f"{means_in_words(method)}",
                    f"发展指数以{edition.base_year}年为100，由相邻两年的对称增速逐年衔接，"
                    "总指数为各领域指数的加权平均。",
                    edition.goalpost_rule,
                    f"公布的数不作估算；年报数据可沿用一年并注明；{shares_in_words(method)}。"
                    "全市数为各区分子之和除以分母之和，不是各区比率的平均。",
                    f"位次区间由{report.vintage.draws:,}次模拟得到，随机种子取自输入数据的摘要。",
                ),
                "blocks": [
                    {
                        "kind": "words",
                        "title": "指标、领域内权重与目标值",
                        "columns": ["领域", "指标", "单位", "权重", "目标值上限", "依据"],
                        "rows": [
                            [
                                one.pillar.name,
                                one.name,
                                one.unit,
                                f"{one.weight / totals[one.pillar_id] * 100:.1f}%",
                                figure_text(one.high, 2),
                                one.goalpost_basis,
                            ]
                            for one in method.indicators
                        ],
                    }
                ],
            },
            _quality_section(report),
        ],
    }


def _quality_section(report: Report) -> dict:
    returns = list(
        Return.objects.filter(period__year=report.year, period__form__code=YEARLY_FORM)
        .named()
        .order_by("region__code")
    )
    late = [row.region.name for row in returns if row.first_submitted_at and row.is_late(row.submitted_on)]
    accepted = sum(1 for row in returns if row.status == Return.Status.ACCEPTED)
    unverified = Denominator.objects.filter(
        kind="population", is_verified=False, region__level=Level.DISTRICT
    ).count()
    words = [
        f"{report.year}年度应报{len(returns)}个区，审核通过{accepted}个区；"
        + (f"逾期提交的区：{'、'.join(late)}。" if late else "没有逾期提交的区。"),
        f"人口分母为2020年第七次全国人口普查数，其中{unverified}个区的末位数字尚未核实，已在指标上注明。",
        "统计报表的部分代码为本平台按国家报表体例拟编，不作为官方代码。涉及未成年人且少于10的数值不公布。",
        f"本报告的全部指数结果编号为{report.vintage.digest}，输入数据随结果保存，可以复算。",
    ]
    return {"id": "method-quality", "title": "数据质量", "paragraphs": _plain(*words), "blocks": []}


def _plain(*paragraphs: str) -> list[list[Run]]:
    """Paragraphs without a figure by name."""
    return [[Run(text=text)] for text in paragraphs]
