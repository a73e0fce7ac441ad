"""What a panel may see, and what its scores come to.

`Seen` is the one projection of a case for its panel: nothing else of an application may reach a member's
page, mail, file name or export. A test crawls all of them for the applicant's name, people and codes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from outreach import scoring
from outreach.models import (
    FIRST,
    SECOND,
    Application,
    ApplicationFile,
    Criterion,
    ExtraFinding,
    PanelMember,
    Recusal,
    Review,
    Round,
    SiteVisit,
    StaffRecusal,
    VisitPhoto,
)
from outreach.queries.rounds import TYPED
from portal.accounts import Grant, User
from portal.organizations import Organization

HIDDEN = "■■"
_UNTOLD = {"legal_person", "contact", "phone", "other_titles", "summary", "plan"}


def criteria_of(application: Application) -> list[Criterion]:
    return list(application.round.form.criteria.all())


# --- What a member sees ---------------------------------------------------------------------------


def telling_words(application: Application) -> list[str]:
    """Every word that tells who applies, the longest first: names, people, codes, address, places."""
    body = application.organization
    words = {
        body.name,
        body.short_name,
        body.credit_code,
        body.school_code,
        body.address,
        body.contact,
        body.phone,
        application.legal_person,
        application.contact,
        application.phone,
    }
    region = application.region.name
    bare = re.sub(r"（[^）]*）|\([^)]*\)", "", body.name)
    for name in (body.name, bare):
        words |= {
            name,
            name.removeprefix("深圳市"),
            name.removeprefix(region),
            name.removeprefix(f"深圳市{region}"),
        }
    words |= {region, region.removesuffix("区") if len(region) > 2 else region}
    return sorted((word for word in words if word and len(word) >= 2), key=lambda word: (-len(word), word))


def hidden(text: str, words: list[str]) -> str:
    """A text without the words that tell who applies."""
    for word in words:
        text = re.sub(re.escape(word), HIDDEN, text, flags=re.IGNORECASE)
    return text


@dataclass(frozen=True)
class SeenFile:
    """A file a member may open: a neutral name, and where."""

    name: str
    key: str


@dataclass(frozen=True)
class Seen:
    """A case as its panel sees it."""

    number: str
    category: str
    figures: list[tuple[str, object]]
    texts: list[tuple[str, str]]
    files: list[SeenFile]
    visit: list[tuple[str, str, str]]
    visit_words: str


def seen(application: Application) -> Seen:
    """The projection. What people wrote is shown without the words that tell who they are."""
    words = telling_words(application)
    visit = SiteVisit.objects.filter(application=application, is_done=True).first()
    return Seen(
        number=application.number,
        category=application.get_category_display(),
        figures=list(_figures(application)),
        texts=[
            ("近两年科普工作总结", hidden(application.summary, words)),
            ("今后工作计划", hidden(application.plan, words)),
        ],
        files=[SeenFile(name, key) for name, key, _ in _files(application)],
        visit=[
            (item, SiteVisit.Answer(answer).label, hidden(note, words))
            for item, answer, note in visit_rows(visit, application)
            if answer
        ]
        if visit
        else [],
        visit_words=hidden(visit.summary, words) if visit else "",
    )


def _figures(application: Application):
    """What was typed and tells nobody; no key of the case, which after the notice leads to its name."""
    for name in TYPED:
        if name in _UNTOLD:
            continue
        value = getattr(application, name)
        label = str(application._meta.get_field(name).verbose_name)
        yield label, ("是" if value else "否") if isinstance(value, bool) else value


def _files(application: Application) -> list[tuple[str, str, object]]:
    """(neutral name, key, attachment) of what was looked at and names nobody."""
    rows = ApplicationFile.objects.filter(application=application, is_checked_blind=True)
    photos = VisitPhoto.objects.filter(visit__application=application, visit__is_done=True, shows_name=False)
    found = [
        (f"材料 {n}（{row.proves}）", f"f{row.pk}", row.attachment)
        for n, row in enumerate(rows.select_related("attachment"), start=1)
    ]
    return found + [
        (f"现场照片 {n}", f"p{row.pk}", row.attachment)
        for n, row in enumerate(photos.select_related("attachment").order_by("pk"), start=1)
    ]


def file_seen(application: Application, key: str):
    """The attachment behind a key of `Seen.files` with its neutral name; None for anything else."""
    return next(((name, attachment) for name, own, attachment in _files(application) if own == key), None)


def visit_rows(visit: SiteVisit | None, application: Application) -> list[tuple[str, str, str]]:
    """(item, answer or "", note) of the checklist of the form's version."""
    answers = visit.answers if visit else {}
    return [
        (item["name"], *(answers.get(item["code"]) or ["", ""]))
        for item in application.round.form.visit_items
    ]


def reviews_of(user: User):
    """A member's own sheets, what waits first."""
    rows = Review.objects.filter(member__user=user).exclude(status__in=Review.GONE)
    return rows.select_related("application__round__scheme", "application__round__region", "member")


def sheet_of(review: Review) -> dict[str, Decimal]:
    """Line → points of one sheet."""
    return dict(review.scores.values_list("criterion__code", "points"))


@dataclass(frozen=True)
class OtherSheet:
    """What the panel sees of one another in a discussion: a letter, a total, points by line, an opinion."""

    letter: str
    is_own: bool
    total: Decimal
    points: list[Decimal | None]
    opinion: str


def discussed(review: Review) -> list[OtherSheet]:
    """The first round's sheets of a case, for its second round only."""
    if review.turn != SECOND:
        return []
    application = review.application
    words = telling_words(application)
    rows = criteria_of(application)
    plain = [row.plain() for row in rows]
    scored = [row.code for row in plain if row.is_scored]
    others = Review.objects.filter(application=application, turn=FIRST, status=Review.Status.SUBMITTED)
    sheets = []
    for other in others.prefetch_related("scores__criterion").order_by("letter"):
        sheet = {row.criterion.code: row.points for row in other.scores.all()}
        sheets.append(
            OtherSheet(
                letter=other.letter,
                is_own=other.member_id == review.member_id,
                total=scoring.member_total(plain, sheet),
                points=[sheet.get(code) for code in scored],
                opinion=hidden(other.opinion, words),
            )
        )
    return sheets


# --- Counting -------------------------------------------------------------------------------------


def sheets_of(application: Application, turn: int) -> list[dict[str, Decimal]]:
    rows = Review.objects.filter(application=application, turn=turn, status=Review.Status.SUBMITTED)
    return [
        {score.criterion.code: score.points for score in row.scores.all()}
        for row in rows.prefetch_related("scores__criterion").order_by("letter")
    ]


def last_turn(application: Application) -> int:
    second = Review.objects.filter(application=application, turn=SECOND).exists()
    return SECOND if second else FIRST


def is_wide_apart(application: Application, turn: int) -> bool:
    """Whether two members' totals lie further apart than the scheme allows."""
    plain = [row.plain() for row in criteria_of(application)]
    totals = [scoring.member_total(plain, sheet) for sheet in sheets_of(application, turn)]
    return scoring.spread(totals) > application.round.scheme.spread_limit


@dataclass(frozen=True)
class Apart:
    """A panel whose totals lie further apart than the scheme's flag, and which letters lie furthest away."""

    spread: Decimal
    letters: list[str]
    turn: int
    is_forced: bool  # so wide that it was discussed


def apart(cases: Iterable[Application]) -> dict[int, Apart]:
    """The cases whose members lie further apart than flagged, by key: of the last turn that is complete."""
    cases = {case.pk: case for case in cases}
    rows = Review.objects.filter(application__in=cases).exclude(status__in=Review.GONE)
    sheets: dict[int, dict[int, list[Review]]] = {}
    for row in rows.prefetch_related("scores__criterion").order_by("turn", "letter"):
        sheets.setdefault(row.application_id, {}).setdefault(row.turn, []).append(row)
    forms: dict[int, list[scoring.Criterion]] = {}
    found = {}
    for key, turns in sheets.items():
        round = cases[key].round
        if round.form_id not in forms:
            forms[round.form_id] = [row.plain() for row in round.form.criteria.all()]
        complete = [turn for turn, own in turns.items() if all(row.status == "submitted" for row in own)]
        turn = max(complete, default=FIRST)
        totals = {
            row.letter: scoring.member_total(forms[round.form_id], _points(row))
            for row in turns.get(turn, [])
            if row.status == Review.Status.SUBMITTED
        }
        spread = scoring.spread(list(totals.values()))
        if spread > round.scheme.spread_flag:
            is_forced = spread > round.scheme.spread_limit
            found[key] = Apart(spread, scoring.furthest(totals), turn, is_forced)
    return found


def _points(review: Review) -> dict[str, Decimal]:
    return {row.criterion.code: row.points for row in review.scores.all()}


def barred_bodies(user: User) -> set[int]:
    """The bodies about whose cases somebody of the staff decides nothing: declared, or of their own group."""
    own = {
        *Grant.objects.filter(user=user, organization__isnull=False).values_list("organization", flat=True),
        *PanelMember.objects.filter(user=user, organization__isnull=False).values_list(
            "organization", flat=True
        ),
    }
    group = Q(pk__in=own) | Q(parent__in=own) | Q(subsidiaries__in=own) | Q(parent__subsidiaries__in=own)
    return {
        *StaffRecusal.objects.filter(user=user).values_list("organization", flat=True),
        *Recusal.objects.filter(member__user=user).values_list("organization", flat=True),
        *(Organization.objects.filter(group).values_list("pk", flat=True) if own else ()),
    }


def plain_criteria(application: Application) -> list[scoring.Criterion]:
    """The form's lines with thresholds and medians of the case's category filled in."""
    form = application.round.form
    thresholds = form.threshold(application.category)
    peers = _peers(application)
    return [row.plain(thresholds=thresholds, peers=peers) for row in form.criteria.all()]


def _peers(application: Application) -> dict[str, list[Decimal]]:
    """The figures of the round's admitted cases of the same category, for medians."""
    cases = Application.objects.filter(round=application.round, category=application.category).exclude(
        status__in=[
            "draft",
            "submitted",
            "returned",
            "recommended",
            "not_recommended",
            "inadmissible",
            "withdrawn",
        ]
    )
    rows = list(cases)
    return {
        fact: [Decimal(value) for value in (getattr(row, field) for row in rows) if value is not None]
        for fact, field in Application.FACTS.items()
    }


def counted(application: Application) -> tuple[scoring.Score, dict]:
    """A case's score, and the same as it is kept with the case: every line with its words."""
    criteria = plain_criteria(application)
    found = scoring.score(
        criteria,
        facts=decimal_facts(application),
        sheets=sheets_of(application, last_turn(application)),
        bonus=_extras(application, is_deduction=False),
        deductions=_extras(application, is_deduction=True),
        most_bonus=application.round.form.most_bonus,
    )
    names = {
        f"{{{fact}}}": str(application._meta.get_field(field).verbose_name)
        for fact, field in Application.FACTS.items()
    }
    return found, _kept(found, names)


def decimal_facts(application: Application) -> dict[str, Decimal | None]:
    return {name: None if value is None else Decimal(value) for name, value in application.facts.items()}


def _extras(application: Application, *, is_deduction: bool) -> list[scoring.Extra]:
    rows = ExtraFinding.objects.filter(application=application, rule__is_deduction=is_deduction, times__gt=0)
    return [
        scoring.Extra(row.rule.name, row.rule.points, row.times, row.rule.most)
        for row in rows.select_related("rule").order_by("rule")
    ]


def _kept(found: scoring.Score, names: dict[str, str]) -> dict:
    return {
        "lines": [
            [line.code, line.name, str(line.most), str(line.points), _named(line.words, names)]
            for line in found.lines
        ],
        "extras": list(found.extras),
        "base": str(found.base),
        "bonus": str(found.bonus),
        "deduction": str(found.deduction),
        "spread": str(found.spread),
        "total": str(found.total),
    }


def _named(words: str, names: dict[str, str]) -> str:
    for mark, name in names.items():
        words = words.replace(mark, name)
    return words


def kept_score(application: Application) -> scoring.Score:
    """The score a case was given, from what was kept with it."""
    kept = application.breakdown
    return scoring.Score(
        lines=tuple(
            scoring.Line(code, name, Decimal(most), Decimal(points), words)
            for code, name, most, points, words in kept["lines"]
        ),
        bonus=Decimal(kept["bonus"]),
        deduction=Decimal(kept["deduction"]),
        spread=Decimal(kept["spread"]),
        extras=tuple(kept["extras"]),
    )


def level_facts(application: Application) -> dict[str, bool]:
    """What levels ask for beside points."""
    return {
        "has_distinctive_resource": bool(application.has_distinctive_resource),
        "shows_own_technology": bool(application.shows_own_technology),
        "is_enterprise": application.organization.kind == "enterprise",
    }


@dataclass(frozen=True)
class Ranked:
    """One line of the decision sheet."""

    place: int
    application: Application
    score: scoring.Score
    levels: list[scoring.Grade]

    @property
    def titles(self) -> list[str]:
        return [level.title for level in self.levels]

    @property
    def words(self) -> str:
        return "、".join(level.name for level in self.levels) or "未达到认定分数"


def ranking(round: Round) -> list[Ranked]:
    """The cases whose total is counted, the best first; ties as the form says, then who was earlier."""
    states = ["scored", "proposed", "not_proposed", "granted", "refused", "withdrawn"]
    rows = Application.objects.filter(round=round, status__in=states, total__isnull=False)
    rows = list(rows.select_related("organization", "region", "round__form", "round__scheme"))
    scores = {row.pk: kept_score(row) for row in rows}
    ties = round.form.tie_breakers
    rows.sort(key=lambda row: scoring.order_key(scores[row.pk], ties, (row.submitted_at, row.number)))
    levels = round.form.levels
    return [
        Ranked(place, row, scores[row.pk], scoring.graded(scores[row.pk], levels, level_facts(row)))
        for place, row in enumerate(rows, start=1)
    ]
