"""Words that mean the same to people who search: groups of them, kept as rows the association looks after."""

import csv
import time
from pathlib import Path

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.db import models, transaction
from django.db.models import Q

from portal import audit, history
from portal.accounts import User, require
from portal.identifiers import clean_text
from portal.regions import Region
from portal.registers import RegisterResource
from portal.roles import Perm

DATA = Path(__file__).parent / "data" / "synonyms.csv"
KEPT_SECONDS = 60  # what another process changed is used by then
MOST_ALIASES = 12


class Synonyms(models.Model):
    """One group: whoever searches for one of its words finds the others too."""

    PERSONAL = frozenset()

    term = models.CharField("词", max_length=30, unique=True)
    aliases = ArrayField(
        models.CharField("别名", max_length=30),
        verbose_name="别名与同义词",
        help_text="一个以上，用顿号分开，如：科学馆、科学中心。",
    )
    note = models.CharField("说明", max_length=60, blank=True)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "同义词"
        constraints = [
            models.CheckConstraint(
                name="synonyms_are_one_to_twelve",
                condition=Q(aliases__len__gte=1, aliases__len__lte=MOST_ALIASES),
                violation_error_message=f"请填写 1 至 {MOST_ALIASES} 个别名。",
            ),
            models.CheckConstraint(
                name="synonyms_without_empty_words",
                condition=~Q(aliases__contains=[""]) & ~Q(term=""),
                violation_error_message="词和别名不能为空。",
            ),
        ]

    def __str__(self):
        return "、".join(self.terms)

    @property
    def terms(self) -> tuple[str, ...]:
        return (self.term, *self.aliases)


@transaction.atomic
def save(group: Synonyms, *, by: User) -> Synonyms:
    """Keep a group of synonyms. Raises PermissionDenied for anybody but the association's staff."""
    require(by, Perm.RESOURCE_REVIEW, Region.objects.city())
    old = history.stored(group)
    group.term = clean_text(group.term).lower()
    words = (clean_text(word).lower() for word in group.aliases)
    group.aliases = [word for word in dict.fromkeys(words) if word and word != group.term]
    group.full_clean()
    group.save()
    audit.record(group, "create" if old is None else "change", by=by, changes=history.differences(old, group))
    transaction.on_commit(forget)
    return group


@transaction.atomic
def load() -> int:
    """Enter the groups that come with the portal, once: afterwards they are the association's."""
    rows = shipped()
    if not Synonyms.objects.exists():
        Synonyms.objects.bulk_create(
            Synonyms(term=terms[0], aliases=list(terms[1:]), note=note) for terms, note in rows
        )
    return len(rows)


def shipped() -> list[tuple[tuple[str, ...], str]]:
    with DATA.open(encoding="utf-8", newline="") as source:
        return [(tuple(row["terms"].split("|")), row["note"]) for row in csv.DictReader(source)]


class SynonymsForm(forms.ModelForm):
    """A group as typed in the register or in one row of its sheet."""

    aliases = SimpleArrayField(
        forms.CharField(max_length=30),
        label="别名与同义词",
        delimiter="、",
        help_text="一个以上，用顿号分开。",
    )

    class Meta:
        model = Synonyms
        fields = ("term", "aliases", "note", "is_active")

    def clean_term(self):
        return clean_text(self.cleaned_data["term"]).lower()

    def clean_aliases(self):
        words = [word for word in map(clean_text, self.cleaned_data["aliases"]) if word]
        if words and {word.lower() for word in words} == {self.cleaned_data.get("term")}:
            raise forms.ValidationError("请填写至少一个与词不同的别名。")
        return words


def create(*, by: User, **fields) -> Synonyms:
    """Enter a group from plain values. Raises as `save` does."""
    return save(Synonyms(**fields), by=by)


def change(group: Synonyms, *, by: User, **fields) -> Synonyms:
    """Change plain values of a group. Raises as `save` does."""
    for name, value in fields.items():
        setattr(group, name, value)
    return save(group, by=by)


class SynonymsSheet(RegisterResource):
    columns = {"词": "term", "别名与同义词": "aliases", "说明": "note", "启用": "is_active"}
    keys = ("term",)
    form = SynonymsForm
    create = staticmethod(create)
    change = staticmethod(change)
    samples = {"term": "科技馆", "aliases": "科学馆、科学中心"}

    class Meta(RegisterResource.Meta):
        model = Synonyms


# --- For every search ------------------------------------------------------------------------------

_kept: tuple[float, list[tuple[str, ...]]] = (0.0, [])


def groups() -> list[tuple[str, ...]]:
    """The groups in use, read once a minute; those of the file as long as the register is empty."""
    global _kept
    if time.monotonic() >= _kept[0]:
        rows = list(Synonyms.objects.order_by("pk"))
        used = [row.terms for row in rows if row.is_active]
        _kept = (time.monotonic() + KEPT_SECONDS, used if rows else [terms for terms, _ in shipped()])
    return _kept[1]


def forget() -> None:
    """Read them again at the next search."""
    global _kept
    _kept = (0.0, [])
