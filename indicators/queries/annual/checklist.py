"""What a year's report needs, and whether it is there."""

from dataclasses import dataclass

from indicators import sources
from indicators.models import YEARLY_FORM, NationalSeries, Period, Return, Vintage, VintageCell
from indicators.queries import index as queries
from portal.regions import Level

Cell = VintageCell.Level


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
    period = Period.objects.filter(year=year, form__code=YEARLY_FORM).first()
    returns = list(period.returns.named().order_by("region__code")) if period else []
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
            words=f"结果编号 {vintage.short}" if covers else "每晚自动计算，各区年报全部通过后的次日即有",
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
            words=f"{nation} 项" if nation else "没有录入该年的全国数据，比较用已录入的最近年份",
            url="/admin/indicators/nationalseries/",
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
            words="可以公布" if city and city.score is not None else "有领域的数据不够，按现行方法不能公布",
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
