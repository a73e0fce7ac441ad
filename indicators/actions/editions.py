"""A new edition of the method: drafted by copy, changed while it is a draft, adopted, then left alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.db.models import Q

from indicators import method
from indicators.models import (
    Denominator,
    Edition,
    FigureSource,
    FormItem,
    IndicatorVersion,
    Node,
    Vintage,
    WeightOpinion,
)
from indicators.queries.editions import children_of, pairs_of, vintage_to_link
from portal import audit
from portal.accounts import User, require
from portal.errors import Refused
from portal.identifiers import clean_text
from portal.regions import Region
from portal.roles import Perm

SMALLEST_WEIGHT = Decimal("0.0001")
Kind = WeightOpinion.Kind


def _draft(edition_id: int, by: User) -> Edition:
    """The edition, locked, if it is still a draft. Raises Refused if nights compute with it already."""
    require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    edition = Edition.objects.select_for_update().get(pk=edition_id)
    if not edition.is_draft:
        raise Refused("该版本已启用，方法不能再改。要修改请另起草新版本。")
    return edition


@transaction.atomic
def draft_edition(source: Edition, *, code: str, name: str, link_year: int, reason: str, by: User) -> Edition:
    """Draft an edition as a copy of another: goalposts, weights and limits as they are, to be changed.

    Raises Refused if the source does not tell the overlap year.
    """
    require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    edition = Edition(
        code=code,
        name=name,
        base_year=source.base_year,
        first_year=link_year,
        link_year=link_year,
        predecessor=source,
        lowest=source.lowest,
        highest=source.highest,
        decimals=source.decimals,
        draws=source.draws,
        goalpost_rule=source.goalpost_rule,
        basis=source.basis,
        reason=reason,
        created_by=by,
        adopted_at=None,
    )
    if vintage_to_link(edition) is None:
        raise Refused(f"{source}没有{link_year}年的结果，不能以这一年衔接。请选已算出的年份。")
    edition.full_clean()
    edition.save()
    copy_method(source, edition)
    audit.record(edition, "draft", by=by, note=reason)
    return edition


def copy_method(source: Edition, edition: Edition) -> None:
    """Nodes and indicators of one edition as those of another that has none yet."""
    nodes: dict[int, Node] = {}
    for node in source.nodes.order_by("position"):
        old, parent = node.pk, nodes.get(node.parent_id)
        node.pk, node._state.adding, node.edition, node.parent = None, True, edition, parent
        node.save()
        nodes[old] = node
    for one in source.indicators.order_by("position"):
        one.pillar = nodes[one.pillar_id]
        one.pk, one._state.adding, one.edition = None, True, edition
        one.save()


@transaction.atomic
def change_edition(edition: Edition, values: Mapping, *, by: User) -> Edition:
    """Change what a draft says of itself. Raises Refused once it is adopted."""
    return _changed(_draft(edition.pk, by), values, by)


@transaction.atomic
def change_node(node: Node, values: Mapping, *, by: User) -> Node:
    """Change a pillar's name, mean, weight or required share in a draft."""
    _draft(node.edition_id, by)
    return _changed(node, values, by)


@transaction.atomic
def change_indicator(one: IndicatorVersion, values: Mapping, *, by: User) -> IndicatorVersion:
    """Change an indicator of a draft: words, goalposts, weight, limits.

    Raises Refused if goalposts change without a new basis.
    """
    _draft(one.edition_id, by)
    moved = any(name in values and values[name] != getattr(one, name) for name in ("low", "high"))
    if moved and values.get("goalpost_basis", one.goalpost_basis) == one.goalpost_basis:
        raise Refused("目标值改了，请同时写明新的依据。")
    return _changed(one, values, by)


def _changed(row, values: Mapping, by: User):
    """Write the given values; one entry of the trail says what they were."""
    before = {name: str(getattr(row, name)) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    changes = {n: [before[n], str(getattr(row, n))] for n in values if before[n] != str(getattr(row, n))}
    if changes:
        row.save(update_fields=list(changes))
        audit.record(row, "change", by=by, changes=changes)
    return row


@transaction.atomic
def add_indicator(edition: Edition, pillar: Node, values: Mapping, *, by: User) -> IndicatorVersion:
    """Add an indicator to a draft. It has scores from the overlap year on, and growth from the year after."""
    edition = _draft(edition.pk, by)
    last = edition.indicators.order_by("-position").first()
    one = IndicatorVersion(
        edition=edition, pillar=pillar, position=last.position + 1 if last else 1, **values
    )
    one.full_clean()
    one.save()
    _forget_opinions(pillar)
    audit.record(edition, "add", by=by, note=f"新增指标：{one.name}")
    return one


def terms_of(text: str) -> list[dict]:
    """A numerator or denominator as people write it, KJ130 + KJ140×10000, as the terms it is added up from:
    cells of the form, figures, population or students, 1 for the mean over districts.

    Raises ValueError with a sentence.
    """
    found = []
    for part in re.split(r"[+＋、]", clean_text(text)):
        name, _, times = part.replace("*", "×").partition("×")
        term = _term(name.strip())
        if times.strip():
            try:
                factor = Decimal(times.strip())
            except InvalidOperation as fault:
                raise ValueError(f"“{part.strip()}”的倍数请填数字，如 KJ121×10000。") from fault
            if not factor.is_finite() or factor <= 0:
                raise ValueError(f"“{part.strip()}”的倍数须大于 0。")
            term["times"] = int(factor) if factor == factor.to_integral_value() else float(factor)
        found.append(term)
    return found


def _term(name: str) -> dict:
    kinds = {label: value for value, label in Denominator.Kind.choices}
    if name in Denominator.Kind.values or name in kinds:
        return {"denominator": kinds.get(name, name)}
    if name == "1":
        return {"each": 1}
    if FormItem.objects.filter(key=name).exists():
        return {"key": name}
    figure = FigureSource.objects.filter(Q(name=name) | Q(label=name)).first()
    if figure is not None:
        return {"figure": figure.name}
    raise ValueError(f"不认识“{name}”。请填报表代码（如 KJ121）、统计数据的名称、常住人口、中小学生或 1。")


def words_of(terms: Sequence[Mapping]) -> str:
    """Terms as people write them."""
    words = []
    for term in terms:
        kind = term.get("denominator")
        name = Denominator.Kind(kind).label if kind else term.get("key") or term.get("figure") or "1"
        words.append(f"{name}×{term['times']}" if term.get("times", 1) != 1 else name)
    return " + ".join(words)


@transaction.atomic
def drop_indicator(one: IndicatorVersion, *, by: User) -> None:
    """Leave an indicator out of a draft. Raises Refused for the last one of a pillar."""
    edition = _draft(one.edition_id, by)
    if one.pillar.indicators.count() == 1:
        raise Refused("一个领域至少要有一项指标。")
    audit.record(edition, "drop", by=by, note=f"取消指标：{one.name}")
    _forget_opinions(one.pillar)
    one.delete()


def _forget_opinions(node: Node) -> None:
    """What experts said of other children than those there now says nothing any more."""
    node.opinions.all().delete()
    Node.objects.filter(pk=node.pk).update(weighing=Node.Weighing.EQUAL)


@transaction.atomic
def drop_draft(edition: Edition, *, by: User) -> None:
    """Throw a draft away. Raises Refused once it is adopted, or if something was computed with it."""
    edition = _draft(edition.pk, by)
    if edition.vintages.exists():
        raise Refused("已用该版本计算过，不能删除。")
    audit.record(edition, "discard", by=by, note=str(edition))
    edition.indicators.all().delete()  # before their pillars, which they protect
    edition.delete()


@transaction.atomic
def adopt(edition: Edition, *, at: datetime, by: User) -> Edition:
    """Let nights compute with a draft from now on.

    Raises Refused if another edition is based on the same year's link and newer, or something is lacking.
    """
    edition = _draft(edition.pk, by)
    bare = [one.name for one in edition.indicators.filter(high=None)]
    if bare:
        raise Refused(f"还有指标没有目标值：{'、'.join(bare)}。")
    if edition.predecessor_id and edition.predecessor.is_draft:
        raise Refused("上一版本还是草案，请先启用它。")
    if edition.predecessor_id and vintage_to_link(edition) is None:
        raise Refused(f"上一版本没有{edition.link_year}年的结果，不能衔接。")
    Edition.objects.filter(pk=edition.pk).update(adopted_at=at)
    edition.refresh_from_db()
    audit.record(edition, "adopt", by=by)
    return edition


@transaction.atomic
def recall(edition: Edition, *, reason: str, by: User) -> Edition:
    """Make an adopted edition a draft again: nights go back to the one before.

    Raises Refused if it is the first, a frozen or published vintage rests on it, or a later one is based on
    it.
    """
    require(by, Perm.INDEX_COMPUTE, Region.objects.city())
    edition = Edition.objects.select_for_update().get(pk=edition.pk)
    if edition.predecessor_id is None or edition.is_draft:
        raise Refused("只有修订后启用的版本可以退回草案。")
    if edition.vintages.exclude(kind=Vintage.Kind.NIGHTLY).exists():
        raise Refused("已有冻结或发布的结果使用该版本，不能退回。")
    if edition.successors.exists():
        raise Refused("已有后续版本以它为基础，不能退回。")
    Edition.objects.filter(pk=edition.pk).update(adopted_at=None)
    edition.refresh_from_db()
    audit.record(edition, "recall", by=by, note=reason)
    return edition


# ---------------------------------------------------------------- weights from experts


@dataclass(frozen=True)
class Opinion:
    """What one expert said of the weights under one node, as typed or imported."""

    node: Node
    expert: str
    kind: str
    values: dict[str, str]


def ratio_of(text: str) -> float:
    """A judgment as experts write it: 3, 1/3 or 0.5. Raises ValueError."""
    top, _, below = clean_text(text).replace("：", "/").replace(":", "/").partition("/")
    try:
        value = Decimal(top) / Decimal(below or 1)
    except (InvalidOperation, ZeroDivisionError) as fault:
        raise ValueError("判断值请填 1 至 9 的数或其倒数，如 3 或 1/3。") from fault
    if not value.is_finite() or not Decimal(1) / 9 - SMALLEST_WEIGHT <= value <= 9:
        raise ValueError("判断值请填 1 至 9 的数或其倒数，如 3 或 1/3。")
    return float(value)


@transaction.atomic
def give_opinion(opinion: Opinion, *, by: User) -> WeightOpinion:
    """Keep what an expert said; said again, the new words replace the old.

    Raises Refused if something is missing, or judgments contradict each other (consistency ratio over 0.1).
    """
    edition = _draft(opinion.node.edition_id, by)
    expert = clean_text(opinion.expert)[:20]
    if not expert:
        raise Refused("请写专家编号，如“专家1”。")
    reader = {Kind.POINTS: _points, Kind.JUDGMENTS: _judgments}[Kind(opinion.kind)]
    values, consistency = reader(opinion)
    about = {"node": opinion.node, "expert": expert, "kind": opinion.kind}
    row = WeightOpinion.objects.filter(**about).first() or WeightOpinion(**about)
    row.values, row.consistency, row.entered_by = values, consistency, by
    row.full_clean()
    row.save()
    audit.record(edition, "opinion", by=by, note=f"{opinion.node.name}，{expert}，{row.get_kind_display()}")
    return row


def _points(opinion: Opinion) -> tuple[dict[str, str], None]:
    names = {child.code: child.name for child in children_of(opinion.node)}
    read: dict[str, str] = {}
    for code, name in names.items():
        try:
            value = Decimal(clean_text(opinion.values.get(code, "")))
        except InvalidOperation as fault:
            raise Refused(f"{opinion.expert}：“{name}”请填大于 0 的分数。") from fault
        if not value.is_finite() or not 0 < value <= 1000:
            raise Refused(f"{opinion.expert}：“{name}”请填大于 0、不超过 1000 的分数。")
        read[code] = str(value)
    return read, None


def _judgments(opinion: Opinion) -> tuple[dict[str, str], Decimal]:
    """Judgments of every pair and their consistency ratio."""
    children = children_of(opinion.node)
    places = {child.code: place for place, child in enumerate(children)}
    read, kept = {}, {}
    for one, other in pairs_of(opinion.node):
        text = opinion.values.get(f"{one.code}:{other.code}", "")
        back = opinion.values.get(f"{other.code}:{one.code}", "")
        about = f"{opinion.expert}：“{one.name}”与“{other.name}”"
        if not text and not back:
            raise Refused(f"{about}还没有比较。")
        try:
            value = ratio_of(text) if text else 1 / ratio_of(back)
        except ValueError as fault:
            raise Refused(f"{about}：{fault}") from fault
        read[places[one.code], places[other.code]] = value
        kept[f"{one.code}:{other.code}"] = f"{value:.12g}"
    try:
        matrix = method.pairwise(len(children), read)
    except ValueError as fault:
        raise Refused(f"{opinion.expert}：{fault}") from fault
    found = method.priorities(matrix)
    if not found.is_consistent:
        i, j, implied = method.worst_pair(matrix)
        stands, said = _times(matrix[i, j]), _times(implied)
        raise Refused(
            f"{opinion.expert}的判断前后矛盾：一致性比率 {found.ratio:.3f}，超过 0.1。"
            f"矛盾最大的是“{children[i].name}”对“{children[j].name}”，填的是 {stands}，"
            f"按其余判断应接近 {said}。请专家复核后再填。"
        )
    return kept, method.half_up(found.ratio, 4)


def _times(ratio: float) -> str:
    """3 或 1/3, as experts write it."""
    return f"{ratio:.1f}".removesuffix(".0") if ratio >= 1 else f"1/{1 / ratio:.1f}".removesuffix(".0")


@transaction.atomic
def import_opinions(opinions: Sequence[Opinion], *, by: User) -> int:
    """Keep what several experts said, all of it or nothing; returns how many opinions."""
    for opinion in opinions:
        give_opinion(opinion, by=by)
    return len(opinions)


@transaction.atomic
def drop_opinion(opinion: WeightOpinion, *, by: User) -> None:
    """Take one expert's words out of a draft."""
    edition = _draft(opinion.node.edition_id, by)
    audit.record(edition, "opinion", by=by, note=f"删去：{opinion}")
    opinion.delete()


@transaction.atomic
def settle_weights(node: Node, weighing: str, *, by: User) -> list[tuple[str, Decimal]]:
    """Set the weights under a node: equal, or as the experts said by points or by pairwise judgments.

    Returns code and weight of each. Raises Refused without an opinion, or if the judgments of all experts
    together contradict each other.
    """
    _draft(node.edition_id, by)
    children = children_of(node)
    weights = [Decimal(1)] * len(children)
    if weighing != Node.Weighing.EQUAL:
        weights = _weights_of(node, weighing, [child.code for child in children])
    below = node.children if node.parent_id is None else node.indicators
    settled = [(child.code, weight) for child, weight in zip(children, weights, strict=True)]
    for code, weight in settled:
        below.filter(code=code).update(weight=weight)
    Node.objects.filter(pk=node.pk).update(weighing=weighing)
    node.refresh_from_db()
    changes = {
        child.code: [str(child.weight), str(weight)]
        for child, weight in zip(children, weights, strict=True)
        if child.weight != weight
    }
    audit.record(node, "weigh", by=by, changes=changes, note=Node.Weighing(weighing).label)
    return settled


def _weights_of(node: Node, weighing: str, codes: list[str]) -> list[Decimal]:
    said = list(node.opinions.filter(kind=weighing).order_by("expert"))
    if not said:
        raise Refused(f"“{node.name}”还没有录入专家意见。")
    if weighing == Node.Weighing.EXPERT:
        found = method.shared_out([[float(one.values[code]) for code in codes] for one in said])
    else:
        places = {code: place for place, code in enumerate(codes)}
        matrices = [
            method.pairwise(
                len(codes),
                {
                    tuple(places[code] for code in pair.split(":")): float(value)
                    for pair, value in one.values.items()
                },
            )
            for one in said
        ]
        together = method.priorities(method.pooled_judgments(matrices))
        if not together.is_consistent:
            raise Refused(f"各位专家合起来的一致性比率为 {together.ratio:.3f}，超过 0.1，请复核。")
        found = together.weights
    return [max(method.half_up(float(weight), 4), SMALLEST_WEIGHT) for weight in found]
