"""A chapter for each project of the plan: figures, districts, indicators, measures."""

from indicators.method import share_percent
from indicators.queries.annual.material import Report
from indicators.queries.annual.totals import Total, as_float, column_head, percent_words
from portal.charts import figure_text


def project_chapter(report: Report, code: str) -> dict:
    """The chapter of the project with this code in the plan in force at the end of the year."""
    content = report.plan_file["chapters"].get(code)
    project, measures = report.projects.get(code, (None, []))
    sections = []
    if content:
        sections += [_figures_section(report, code, content), _districts_section(report, code, content)]
    if project is not None and report.is_city:  # the plan's measures are the city's
        sections.append(_measures_section(project, measures))
    return {
        "id": f"p{code.replace('.', '-')}",
        "lead": project.summary if project is not None else "",
        "sections": sections,
    }


def _known(report: Report, keys: list[str]) -> list[Total]:
    return [report.totals[key] for key in keys if key in report.totals]


def _figures_section(report: Report, code: str, content: dict) -> dict:
    known = [total for total in _known(report, content["lead"]) if total.value is not None]
    text = f"{report.year}年，{report.place}" + "；".join(total.words for total in known) + "。"
    words = [text, *_share_words(report, code)] if known else ["本年没有审核通过的年报数据。"]
    first = report.totals.get(content["chart"])
    return {
        "id": f"p{code.replace('.', '-')}-figures",
        "title": content["section"],
        "paragraphs": [report.runs(one) for one in words],
        "blocks": [
            *(_item_table(report, title, keys) for title, keys in content["tables"]),
            *([_trend(report, code, first)] if first is not None else []),
        ],
    }


def _share_words(report: Report, code: str) -> list[str]:
    if code != "4.1" or not {"KJ100", "KJ120", "KJ130", "KJ140"} <= report.totals.keys():
        return []
    whole, *parts = (report.totals[key].value for key in ("KJ100", "KJ120", "KJ130", "KJ140"))
    if not whole or None in parts:
        return []
    public, social = share_percent(parts[0], whole), share_percent(parts[1] + parts[2], whole)
    return [f"经费筹集额中，政府拨款占{public}%，社会捐赠和自筹资金合计占{social}%。"]


def _item_table(report: Report, title: str, keys: list[str]) -> dict:
    known = _known(report, keys)
    columns = ["指标", "单位", f"{report.year}年", f"{report.year - 1}年", "增速"]
    rows = [
        [total.name, total.item.unit, total.text, total.said(total.before), percent_words(total.growth)]
        for total in known
    ]
    if not report.is_city:
        columns.append("占全市")
        for row, total in zip(rows, known, strict=True):
            row.append(_share(total, report))
    return {
        "kind": "table",
        "title": f"{report.year}年{report.place}{title}",
        "columns": columns,
        "rows": rows,
        "source": report.source,
    }


def _share(total: Total, report: Report) -> str:
    whole = total.of(report.year, report.city)
    return "—" if total.value is None or not whole else f"{share_percent(total.value, whole)}%"


def _trend(report: Report, code: str, total: Total) -> dict:
    years = [year for year in sorted(total.years) if total.of(year) is not None]
    return {
        "kind": "line",
        "name": f"p{code.replace('.', '-')}-years",
        "title": f"{report.place}{total.name}",
        "unit": total.item.unit,
        "times": [str(year) for year in years],
        "series": [[report.place, [as_float(total.of(year)) for year in years]]],
        "decimals": total.decimals,
    }


def _districts_section(report: Report, code: str, content: dict) -> dict:
    title, keys = content["districts"]
    known = _known(report, keys)
    units = {total.item.unit for total in known}
    rows = [
        [district.name, *(total.said(total.districts.get(district.code)) for total in known)]
        for district in report.districts
    ]
    rows.append(["全市", *(total.said(total.of(report.year, report.city)) for total in known)])
    blocks = [
        {
            "kind": "table",
            "title": f"{report.year}年{title}",
            "unit": next(iter(units)) if len(units) == 1 else "",
            "columns": ["区", *(column_head(total.item, len(units) > 1) for total in known)],
            "rows": rows,
            "note": "大鹏新区、深汕特别合作区单独统计。“—”为不适用。",
            "source": report.source,
        }
    ]
    first = report.totals.get(content["chart"])
    if first is not None:
        blocks.append(
            {
                "kind": "bar",
                "name": f"p{code.replace('.', '-')}",
                "title": f"{report.year}年各区{first.name}",
                "unit": first.item.unit,
                "rows": [
                    [district.name, as_float(first.districts.get(district.code))]
                    for district in report.districts
                ],
                "highlight": [] if report.is_city else [report.region.name],
            }
        )
    words, table = _indicators(report, content["pillar"])
    return {
        "id": f"p{code.replace('.', '-')}-districts",
        "title": "分区情况与指数",
        "paragraphs": [report.runs(words)],
        "blocks": [*blocks, table],
    }


def _indicators(report: Report, pillar_code: str) -> tuple[str, dict]:
    """How a pillar stands in the index: a sentence and a table."""
    pillar, cell, standings = next(entry for entry in report.profile.pillars if entry[0].code == pillar_code)
    words = f"{report.year}年{report.place}{pillar.name}领域水平分值{{{{领域.{pillar.name}.分值}}}}分"
    if cell.growth is not None:
        words += f"，发展指数{{{{领域.{pillar.name}.发展指数}}}}"
    words = f"{words}。{_leaders(report, pillar_code) if report.is_city else ''}"
    columns = ["指标", "单位", "指标值", "目标值上限", "分值"]
    rows = [
        [
            one.indicator.name,
            one.indicator.unit,
            figure_text(one.cell.rate, 2),
            figure_text(one.indicator.high, 2),
            figure_text(one.cell.score, 1),
        ]
        for one in standings
    ]
    if not report.is_city:
        columns.insert(3, "全市")
        for row, one in zip(rows, standings, strict=True):
            row.insert(3, figure_text(one.city and one.city.rate, 2))
    table = {
        "kind": "table",
        "title": f"{report.year}年{report.place}{pillar.name}领域指标",
        "columns": columns,
        "rows": rows,
        "source": report.source,
    }
    return words, table


def _leaders(report: Report, pillar_code: str) -> str:
    """The districts whose pillar score lies before the others', three at the most."""
    place = next(number for number, pillar in enumerate(report.method.pillars) if pillar.code == pillar_code)
    cells = [(row.region.name, row.pillars[place]) for row in report.overview.rows if row.pillars[place]]
    known = sorted(
        ((cell.score, name) for name, cell in cells if cell.score is not None),
        key=lambda pair: (-pair[0], pair[1]),
    )
    return f"分值较高的区：{'、'.join(name for _, name in known[:3])}。" if known else ""


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
