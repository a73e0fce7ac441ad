"""A chapter for each project of the plan: figures, districts, indicators, measures."""

from indicators.method import share_percent
from indicators.queries.annual.material import Report
from indicators.queries.annual.totals import as_float, column_head, item_words, percent_words
from portal.charts import figure_text


def project_chapter(report: Report, project, measures: list) -> dict:
    content = report.plan_file["chapters"].get(project.code)
    sections = []
    if content:
        sections.append(_figures_section(report, project.code, content))
        sections.append(_project_districts(report, project.code, content))
    sections.append(_measures_section(project, measures))
    return {
        "id": f"p{project.code.replace('.', '-')}",
        "title": project.name,
        "lead": project.summary,
        "sections": sections,
    }


def _figures_section(report: Report, code: str, content: dict) -> dict:
    known = [report.totals[key] for key in content["lead"] if key in report.totals]
    text = f"{report.year}年，全市" + "；".join(item_words(total) for total in known) + "。"
    return {
        "id": f"p{code.replace('.', '-')}-figures",
        "title": content["section"],
        "paragraphs": [text, *_share_words(report, code)] if known else ["本年没有审核通过的年报数据。"],
        "blocks": [_item_table(report, title, keys) for title, keys in content["tables"]],
    }


def _share_words(report: Report, code: str) -> list[str]:
    if code != "4.1" or not {"KJ100", "KJ120", "KJ130", "KJ140"} <= report.totals.keys():
        return []
    whole = report.totals["KJ100"].value
    public = share_percent(report.totals["KJ120"].value, whole)
    social = share_percent(report.totals["KJ130"].value + report.totals["KJ140"].value, whole)
    return [f"经费筹集额中，政府拨款占{public}%，社会捐赠和自筹资金合计占{social}%。"]


def _item_table(report: Report, title: str, keys: list[str]) -> dict:
    known = [report.totals[key] for key in keys if key in report.totals]
    return {
        "kind": "table",
        "title": f"{report.year}年全市{title}",
        "columns": ["指标", "单位", f"{report.year}年", f"{report.year - 1}年", "增速"],
        "rows": [
            [
                total.item.name,
                total.item.unit,
                total.text,
                figure_text(total.before, 2 if total.item.decimals else 0),
                percent_words(total.growth),
            ]
            for total in known
        ],
        "source": report.source,
    }


def _project_districts(report: Report, code: str, content: dict) -> dict:
    title, keys = content["districts"]
    known = [report.totals[key] for key in keys if key in report.totals]
    rows = [
        [
            district.name,
            *(
                figure_text(total.districts.get(district.code), 2 if total.item.decimals else 0)
                for total in known
            ),
        ]
        for district in report.districts
    ]
    rows.append(["全市", *(total.text for total in known)])
    first = report.totals.get(content["chart"])
    units = {total.item.unit for total in known}
    blocks = [
        {
            "kind": "table",
            "title": f"{report.year}年{title}",
            "unit": units.pop() if len(units) == 1 else "",
            "columns": ["区", *(column_head(total.item, len(units) > 0) for total in known)],
            "rows": rows,
            "note": "大鹏新区、深汕特别合作区单独统计。“—”为不适用。",
            "source": report.source,
        }
    ]
    if first is not None:
        blocks.append(
            {
                "kind": "bar",
                "name": f"p{code.replace('.', '-')}",
                "title": f"{report.year}年各区{first.item.name.replace('：', '')}",
                "unit": first.item.unit,
                "rows": [
                    [district.name, as_float(first.districts.get(district.code))]
                    for district in report.districts
                ],
            }
        )
    words, table = _indicators(report, content["pillar"])
    return {
        "id": f"p{code.replace('.', '-')}-districts",
        "title": "分区情况与指数",
        "paragraphs": [words],
        "blocks": [*blocks, table],
    }


def _indicators(report: Report, pillar_code: str) -> tuple[str, dict]:
    """How a pillar stands in the index: a sentence and a table."""
    pillar, cell, standings = next(entry for entry in report.profile.pillars if entry[0].code == pillar_code)
    words = (
        f"{report.year}年全市{pillar.name}领域水平分值{figure_text(cell.score, 1)}分，"
        f"发展指数{figure_text(cell.growth, 1)}。{_leaders(report, pillar_code)}"
    )
    table = {
        "kind": "table",
        "title": f"{report.year}年全市{pillar.name}领域指标",
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
