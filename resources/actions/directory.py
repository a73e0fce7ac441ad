"""Closing a census: its directory is written down, printed and published, and never changes again."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO

from django.db import transaction
from django.utils import timezone

from portal import audit, documents, files, jobs
from portal.accounts import User, require
from portal.errors import Refused
from portal.notices import notify
from portal.regions import Region
from portal.roles import Perm
from portal.sheets import Column, Page, write_workbook
from resources.models.census import ROUND_FLOW, CensusDirectory, CensusEntry, CensusRound, CensusUnit
from resources.queries.directory import (
    COMMON,
    WHOLE_CITY,
    Difference,
    difference,
    entries_of,
    printed,
    tally,
)

BATCH = 1000
PRINT = documents.Limits(seconds=120, memory_mb=2048)  # up to 10,000 entries


@transaction.atomic
def close_round(asked: CensusRound, *, by: User, at: datetime, reason: str = "") -> CensusDirectory:
    """Close a round and write its directory down as the register stands; the files are promised.

    Raises Refused while sheets wait for a check, unless `reason` says why it is closed all the same.
    """
    require(by, Perm.CENSUS_MANAGE, asked)
    held = CensusRound.objects.select_for_update(of=("self",)).select_related("region").get(pk=asked.pk)
    waiting = held.units.filter(status__in=[CensusUnit.Status.SUBMITTED, CensusUnit.Status.CHECKED]).count()
    if waiting and not reason.strip():
        raise Refused(f"还有 {waiting} 个单位的填报等待核查。请先核查完，或写明理由后关闭。")
    if held.status == CensusRound.Status.CHECKING:
        CensusRound.objects.filter(pk=held.pk).update(close_note=reason.strip()[:300] if waiting else "")
        CensusEntry.objects.bulk_create(entries_of(held), batch_size=BATCH)
    ROUND_FLOW.take(held, "close", by=by, note=reason)
    directory = CensusDirectory.objects.create(round=held)
    directory.job = jobs.enqueue(
        "census_directory",
        key=str(held.pk),
        payload={"directory": directory.pk},
        by=by,
        title=f"生成名录：{held}",
        link=held.get_absolute_url(),
    )
    directory.save(update_fields=["job"])
    return directory


def write_directory(pk: int) -> CensusDirectory | None:
    """Write the files of a closed round; None if they are there already. Safe to run again."""
    directory = CensusDirectory.objects.select_related("round__created_by", "job").filter(pk=pk).first()
    if directory is None or directory.state != CensusDirectory.State.MAKING:
        return None
    asked = directory.round
    found = difference(asked)
    try:
        made = {
            "pdf": (pdf_of(asked, found), f"{asked.title}科普资源名录.pdf", "pdf"),
            "workbook": (workbook_of(asked), f"{asked.title}科普资源名录.xlsx", "xlsx"),
            "differences": (difference_workbook(asked, found), f"{asked.title}对比报告.xlsx", "xlsx"),
        }
    except Refused:
        CensusDirectory.objects.filter(pk=pk).update(state=CensusDirectory.State.FAILED)
        raise
    return _keep(directory, made)


@transaction.atomic
def _keep(directory: CensusDirectory, made: dict) -> CensusDirectory | None:
    held = CensusDirectory.objects.select_for_update(of=("self",)).get(pk=directory.pk)
    if held.state != CensusDirectory.State.MAKING:
        return None
    by, values = directory.round.created_by, {}
    for name, (data, file_name, kind) in made.items():
        values[name] = files.keep(
            files.made(data, file_name, kind),
            by=by,
            region=Region.objects.city(),
            needs=Perm.CENSUS_MANAGE,
        )
        values[f"{name}_digest"] = hashlib.sha256(data).hexdigest()
    CensusDirectory.objects.filter(pk=held.pk).update(state=CensusDirectory.State.READY, **values)
    held.refresh_from_db()
    audit.record(held, "publish", by=by, note=held.pdf_digest)
    if directory.job and directory.job.created_by:
        words = f"“{directory.round}”的科普资源名录已发布。"
        notify([directory.job.created_by], words, link=directory.round.get_absolute_url())
    return held


@transaction.atomic
def write_again(directory: CensusDirectory, *, by: User) -> None:
    """Have the files of a closed round written once more, after a fault. Raises Refused where they stand."""
    require(by, Perm.CENSUS_MANAGE, directory.round)
    failed = CensusDirectory.objects.filter(pk=directory.pk, state=CensusDirectory.State.FAILED)
    if not failed.update(state=CensusDirectory.State.MAKING):
        raise Refused("名录已生成或正在生成。")
    if directory.job:
        jobs.again(directory.job)
    audit.record(directory, "make", by=by)


# --- The printed directory ------------------------------------------------------------------------


def pdf_of(asked: CensusRound, found: Difference | None) -> bytes:
    """The directory on paper. The same round gives the same bytes. Raises Refused past its limits."""
    sums, closed = tally(asked), timezone.localtime(asked.closed_at)
    content = {
        "title": "科普资源名录",
        "subtitle": asked.title,
        "date": f"{closed.year}年{closed.month}月",
        "period": f"{asked.year}年度",
        "running": f"深圳市科普资源名录 · {asked.title}",
        "figures": _figures(sums, found),
        "about": [
            f"本名录收录“{asked.title}”关闭时（{closed.year}年{closed.month}月{closed.day}日）全市已发布的科普资源，"
            "由各单位填报、区级核查、市级核定。标有“○”的资源本次没有核实，内容以上次登记为准。",
            "各条按区、资源类型和名称拼音排列，条目号与书末索引相同。开放时间、收费和预约方式可能调整，"
            "出行前请以单位公告为准。",
        ],
        "districts": [name for name, _ in sums.districts.values()],
        "table": _table(sums),
        **printed(asked),
    }
    return documents.book("resources/census_directory.typ", content, made_at=asked.closed_at, limits=PRINT)


def _figures(sums, found: Difference | None) -> list[tuple[str, int, str]]:
    """What the directory begins with: word, number, unit."""
    rows = [
        ("收录资源", sums.total, "条"),
        ("本次普查核实", sums.verified, "条"),
        ("资源类型", len(sums.kinds), "类"),
    ]
    if found:
        rows += [
            ("比上次新增", len(found.added), "条"),
            ("比上次减少", len(found.gone), "条"),
            ("内容有变更", len(found.changed), "条"),
        ]
    return rows


def _table(sums) -> list[list]:
    """Kinds down, districts across: few enough for one page."""
    rows = [
        [name, *(sums.cells.get((code, kind)) or 0 for code in sums.districts), count]
        for kind, (name, count) in sums.kinds.items()
    ]
    return [*rows, ["合计", *(count for _, count in sums.districts.values()), sums.total]]


# --- Workbooks ------------------------------------------------------------------------------------


def workbook_of(asked: CensusRound) -> bytes:
    """The directory as a workbook: all entries, and the table of kinds and districts."""
    sums = tally(asked)
    target = BytesIO()
    names = [name.removesuffix("区") if len(name) > 3 else name for name, _ in sums.districts.values()]
    pages = [
        Page(name="名录", columns=_columns(), rows=_rows(asked)),
        Page(
            name="分类统计",
            columns=[Column(header=header) for header in ("类型", *names, "合计")],
            rows=_table(sums),
        ),
    ]
    write_workbook(target, pages)
    return target.getvalue()


def _columns() -> list[Column]:
    head = [("资源编号", 12), ("名称", 34), ("类型", 14), ("区", 12), ("街道", 14), ("单位", 30)]
    return [
        *(Column(header=header, width=width) for header, width in head),
        *(Column(header=header, width=24) for header in COMMON),
        Column(header="专项内容", width=40),
        Column(header="本次核实", width=10),
    ]


def _rows(asked: CensusRound) -> Iterator[tuple]:
    rows = asked.entries.order_by("district_code", "kind_position", "title_key", "pk")
    for entry in rows.iterator(chunk_size=2000):
        facts = dict(map(tuple, entry.facts))
        own = "；".join(f"{label}：{text}" for label, text in facts.items() if label not in COMMON)
        yield (
            entry.code,
            entry.title,
            entry.kind_name,
            entry.district_name or WHOLE_CITY,
            entry.subdistrict_name,
            entry.unit_name,
            *(facts.get(label) for label in COMMON),
            own,
            entry.is_verified,
        )


def difference_workbook(asked: CensusRound, found: Difference | None) -> bytes:
    """What was added, is gone and changed since the round before; one sheet that says so where none was."""
    target = BytesIO()
    if found is None:
        said = [(f"“{asked.title}”之前没有已关闭的普查，没有可对比的名录。",)]
        write_workbook(target, [Page(name="说明", columns=[Column(header="说明", width=60)], rows=said)])
        return target.getvalue()
    head = [
        Column(header=header, width=width)
        for header, width in (("资源编号", 12), ("名称", 34), ("类型", 14), ("区", 12), ("单位", 30))
    ]
    three = [Column(header=header, width=30) for header in ("项目", "上次", "本次")]
    sums = [Column(header=header) for header in ("", "上次", "新增", "减少", "变更", "本次")]
    changes = ((*_head(change.entry), *line) for change in found.changed for line in change.lines)
    write_workbook(
        target,
        [
            Page(name="按类型", columns=sums, rows=_sums(found.by_kind)),
            Page(name="按区", columns=sums, rows=_sums(found.by_district)),
            Page(name="新增", columns=head, rows=map(_head, found.added)),
            Page(name="减少", columns=head, rows=map(_head, found.gone)),
            Page(name="变更", columns=[*head, *three], rows=changes),
        ],
    )
    return target.getvalue()


def _head(entry: CensusEntry) -> tuple:
    return (entry.code, entry.title, entry.kind_name, entry.district_name or WHOLE_CITY, entry.unit_name)


def _sums(rows) -> Iterator[tuple]:
    for row in rows:
        yield row.name, row.before, row.added, row.gone, row.changed, row.now
