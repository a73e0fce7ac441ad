"""The life of a vintage: nightly, frozen, published; and the proof that it can be computed again."""

import time
import zlib
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from indicators import method
from indicators.actions.index import Results, libraries, result_rows
from indicators.models import Observation, RebuildCheck, Vintage, VintageCell, VintageContribution
from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.regions import Region
from portal.roles import Perm

MOST_DIFFERENCES = 50


@transaction.atomic
def freeze(vintage: Vintage, *, note: str, by: User) -> None:
    """Keep a nightly vintage for a publication. Raises Refused unless it is a nightly one of an adopted
    edition."""
    require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    if not note.strip():
        raise Refused("请写明冻结这一结果的用途。")
    frozen = Vintage.objects.filter(
        pk=vintage.pk, kind=Vintage.Kind.NIGHTLY, edition__adopted_at__isnull=False
    ).update(kind=Vintage.Kind.FROZEN, note=note.strip()[:200])
    if not frozen:
        raise Refused("只有夜间试算的结果可以冻结。")
    vintage.refresh_from_db()
    audit.record(vintage, "freeze", by=by, note=note)


@transaction.atomic
def thaw(vintage: Vintage, *, note: str, by: User) -> None:
    """Take a frozen vintage back: it will not be published. Raises Refused unless it is frozen."""
    require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    if not note.strip():
        raise Refused("请写明为什么不发布。")
    done = Vintage.objects.filter(pk=vintage.pk, kind=Vintage.Kind.FROZEN).update(
        kind=Vintage.Kind.NIGHTLY, note=note.strip()[:200]
    )
    if not done:
        raise Refused("只有已冻结、尚未发布的结果可以解冻。")
    vintage.refresh_from_db()
    audit.record(vintage, "thaw", by=by, note=note)


@transaction.atomic
def publish(vintage: Vintage, *, at: datetime, by: User, note: str = "") -> None:
    """Publish a frozen vintage; from now on the database refuses any change of it or of its method.

    `note` says why, and is shown to everybody beside the revision; without one, that of the freezing stays.
    Raises Refused unless it is frozen.
    """
    require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    before = Vintage.objects.filter(kind=Vintage.Kind.PUBLISHED).order_by("-published_at", "-pk").first()
    said = {"note": note.strip()[:200]} if note.strip() else {}
    done = Vintage.objects.filter(pk=vintage.pk, kind=Vintage.Kind.FROZEN).update(
        kind=Vintage.Kind.PUBLISHED, published_at=at, supersedes=before, **said
    )
    if not done:
        raise Refused("请先冻结再发布。")
    vintage.refresh_from_db()
    audit.record(vintage, "publish", by=by, note=vintage.note)


# ---------------------------------------------------------------- computed again


@transaction.atomic
def check_rebuild(vintage: Vintage, *, at: datetime, by: User | None = None) -> RebuildCheck:
    """Compute a vintage again from its kept inputs alone, and compare every step and every stored figure."""
    if by is not None:
        require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    began = time.monotonic()
    content = zlib.decompress(vintage.inputs)
    differences = []
    if method.fingerprint(content) != vintage.digest:
        differences.append("保存的输入与输入摘要不符。")
    results = Results.rebuilt(content)
    logged = {step["name"]: step["digest"] for step in vintage.steps}
    differences += [
        f"步骤“{step['name']}”的结果不同。"
        for step in results.steps()
        if step["name"] in logged and logged[step["name"]] != step["digest"]
    ]
    told, count = _stored_differences(vintage, results)
    differences += told
    return RebuildCheck.objects.create(
        vintage=vintage,
        at=at,
        is_same=not differences,
        figures=count,
        differences=differences[:MOST_DIFFERENCES],
        libraries=libraries(),
        seconds=Decimal(str(round(time.monotonic() - began, 2))),
        by=by,
    )


COMPARED_CELL = ("score", "growth", "rate", "numerator", "denominator", "coverage", "rank", "rank_low")
COMPARED_CELL += ("rank_high", "score_low", "score_high")
COMPARED_PART = ("points", "change_numerator", "change_denominator", "change_coverage", "change_weights")


def _stored_differences(vintage: Vintage, results: Results) -> tuple[list[str], int]:
    """Where the figures kept in the database are not those that come of the inputs; and how many were
    compared."""
    cells, parts = result_rows(
        results, {region.code: region for region in Region.objects.filter(level__lte=2)}
    )
    differences, count = [], 0
    for rows, kept, names in (
        (cells, VintageCell.objects.filter(vintage=vintage), COMPARED_CELL),
        (parts, VintageContribution.objects.filter(vintage=vintage), COMPARED_PART),
    ):
        held = {(row.region_id, row.year, row.node): row for row in kept}
        if len(held) != len(rows):
            differences.append(f"应有 {len(rows)} 行，保存了 {len(held)} 行。")
        for row in rows:
            other = held.get((row.region_id, row.year, row.node))
            names_here = [name for name in names if not _is_unscored(row, name)]
            count += len(names_here)
            differences += [
                f"{row.region.name}{row.year}年 {row.node}：{row._meta.get_field(name).verbose_name}"
                f" 保存的是 {getattr(other, name)}，重算为 {getattr(row, name)}。"
                for name in names_here
                if other is not None and getattr(other, name) != getattr(row, name)
            ]
    return differences, count


def _is_unscored(row: VintageCell | VintageContribution, name: str) -> bool:
    """What is told of an indicator that has no goalposts yet took no part in the computing."""
    return name in ("numerator", "denominator", "rate") and row.state == Observation.State.MISSING
