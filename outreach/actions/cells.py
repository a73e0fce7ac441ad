"""The cells of an application, kept one by one while several people of a body fill it."""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from outreach.models import Application, ApplicationCell, Scheme
from outreach.queries.cells import cell_text, cells_to_fill, fillers, moment, said
from outreach.queries.rounds import least_facts
from portal import audit, history
from portal.accounts import User, require
from portal.errors import ChangedMeanwhile, Refused
from portal.identifiers import clean_text
from portal.roles import Perm

TEXTS = ("legal_person", "contact", "phone", "other_titles")
LONG_TEXTS = ("summary", "plan")


def require_applicant(by: User, application: Application) -> None:
    """Raises PermissionDenied unless `by` acts for the body that applies."""
    is_district = application.round.scheme.applicant == Scheme.Applicant.DISTRICT
    require(by, Perm.TITLE_RECOMMEND if is_district else Perm.TITLE_APPLY, application)


@dataclass(frozen=True)
class Typed:
    """What somebody left in a cell, and what the page had shown there before."""

    value: object
    seen: str


@dataclass(frozen=True)
class Conflict:
    """A cell that somebody else changed since the page was opened: both values and the other's name."""

    label: str
    theirs: str
    mine: str
    by: str
    when: str
    mine_text: str

    @property
    def sentence(self) -> str:
        at = f"于{self.when}" if self.when else ""
        return f"“{self.label}”：{self.by}{at}改为“{self.theirs}”，您填的是“{self.mine}”，请选择保留哪个。"


@dataclass
class Saved:
    """What became of the cells that were sent: kept, disputed, or refused with the reason."""

    kept: list[str] = field(default_factory=list)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def save_cells(application: Application, typed: Mapping[str, Typed], *, by: User, at: datetime) -> Saved:
    """Keep single cells of a draft; each that cannot be kept says why, and the others are kept all the same.

    A cell that somebody else changed since is not overwritten: it comes back as a conflict. Raises Refused
    once the application is handed in.
    """
    before = history.stored(application)
    require_applicant(by, before)
    if not before.may_be_changed:
        raise Refused(f"申报{before.get_status_display()}，不能再修改。")
    saved, waiting = _sorted(before, typed)
    saved.refused = _own_faults(before, waiting)
    fitting = {name: value for name, value in waiting.items() if name not in saved.refused}
    after, kept, clashes = _together(before, fitting)
    saved.refused |= clashes
    if kept:
        after.revision = before.revision + 1
        after.save(update_fields=[*kept, "revision"])
        keep_fillers(before, kept, by=by, at=at)
        audit.record(after, "change", by=by, changes=history.differences(before, after))
        saved.kept += kept
    return saved


def _sorted(before: Application, typed: Mapping[str, Typed]) -> tuple[Saved, dict[str, object]]:
    """What needs no change and what is disputed, and the values that are to be kept."""
    saved, waiting, who = Saved(), {}, fillers(before)
    for name in cells_to_fill(before):
        if name not in typed:
            continue
        mine = copy.copy(before)
        setattr(mine, name, cleaned(name, typed[name].value))
        stands = cell_text(before, name)
        if cell_text(mine, name) == stands:
            saved.kept.append(name)
        elif typed[name].seen.replace("\r\n", "\n") != stands:
            saved.conflicts[name] = conflict(before, mine, name, who)
        else:
            waiting[name] = getattr(mine, name)
    return saved, waiting


def cleaned(name: str, value):
    """A text without what nobody sees; anything else as it is."""
    if name in TEXTS or name in LONG_TEXTS:
        return clean_text(value or "", multiline=name in LONG_TEXTS)
    return value


def conflict(
    before: Application, mine: Application, name: str, who: Mapping[str, ApplicationCell]
) -> Conflict:
    cell = who.get(name)
    return Conflict(
        label=str(before._meta.get_field(name).verbose_name),
        theirs=said(before, name),
        mine=said(mine, name),
        by=cell.changed_by.name if cell else "同事",
        when=moment(cell.changed_at) if cell else "",
        mine_text=cell_text(mine, name),
    )


def _own_faults(application: Application, values: Mapping[str, object]) -> dict[str, str]:
    """Why a cell cannot have its value whatever stands in the others."""
    least = least_facts(application.organization, application.round.data_year)
    faults = {}
    for name, value in values.items():
        tried = copy.copy(application)
        setattr(tried, name, value)
        if least.get(name) is not None and value is not None and value < least[name]:
            faults[name] = f"不能少于平台已统计的 {least[name]}。"
            continue
        try:
            tried.clean_fields(exclude=[part.name for part in tried._meta.fields if part.name != name])
        except ValidationError as fault:
            faults[name] = fault.messages[0]
    return faults


def _together(
    before: Application, values: Mapping[str, object]
) -> tuple[Application, list[str], dict[str, str]]:
    """The application with those cells that fit together, their names, and what is wrong with the rest.

    Mostly all fit at once. Else one cell may only fit once another is kept: a larger building before the
    larger exhibition in it.
    """
    after = copy.copy(before)
    for name, value in values.items():
        setattr(after, name, value)
    if not values or not _clash(after):
        return after, list(values), {}
    after, kept, waiting, clashes = copy.copy(before), [], dict(values), {}
    last = None
    while waiting and len(waiting) != last:
        last = len(waiting)
        for name in list(waiting):
            tried = copy.copy(after)
            setattr(tried, name, waiting[name])
            clashes[name] = _clash(tried)
            if not clashes[name]:
                after = tried
                kept.append(name)
                del waiting[name]
    return after, kept, {name: clashes[name] for name in waiting}


def _clash(application: Application) -> str:
    """What its cells break together; "" for nothing."""
    try:
        application.validate_constraints()
    except ValidationError as fault:
        return fault.messages[0]
    return ""


def keep_fillers(application: Application, names: Iterable[str], *, by: User, at: datetime) -> None:
    """Remember who filled cells of an application, and when."""
    rows = [
        ApplicationCell(application=application, name=name, changed_by=by, changed_at=at) for name in names
    ]
    ApplicationCell.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["application", "name"],
        update_fields=["changed_by", "changed_at"],
    )


def merge(before: Application, application: Application, shown: Mapping[str, str]) -> None:
    """Leave a colleague's cells as they are where the page did not touch them.

    Raises ChangedMeanwhile with both values of every cell that both changed.
    """
    who, disputed = fillers(before), []
    for name in cells_to_fill(before):
        if name not in shown:
            continue
        seen, stands = shown[name].replace("\r\n", "\n"), cell_text(before, name)
        mine = cell_text(application, name)
        if mine == seen:
            setattr(application, name, getattr(before, name))
        elif stands not in (seen, mine):
            disputed.append(conflict(before, application, name, who).sentence)
    if disputed:
        raise ChangedMeanwhile(
            f"{''.join(disputed)}您填写的内容仍在页面上：再次保存即用您填的，要保留对方的请改回。"
        )
