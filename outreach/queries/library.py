"""Policies and standards as people read them: what is in force on a day, what is found, what differs."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.db.models import Case, IntegerField, Q, When
from django.urls import reverse
from django.utils.safestring import SafeString

from outreach.models import Article, Comment, CommentRound, Document, DocumentVersion, Term
from outreach.rules.clauses import Clause, number_of
from outreach.rules.redlines import Line, compare
from portal.accounts import User
from portal.calendar import local_today
from portal.identifiers import clean_text
from portal.roles import Perm
from portal.search import MAX_QUERY, Entry, find, marked
from portal.waiting import Waiting, waiting_line

MOST_HITS, MOST_FOUND = 60, 300
# Laws first, standards last, as the kinds are listed.
PLACES = Case(
    *(When(kind=kind, then=place) for place, kind in enumerate(Document.Kind.values)),
    output_field=IntegerField(),
)
AROUND = 40  # characters shown on each side of what was searched for


# --- Versions -------------------------------------------------------------------------------------


def version_on(versions: Iterable[DocumentVersion], on: date) -> DocumentVersion | None:
    """The version in force on a day; without one the newest approved by then, then any public one.

    `versions`: the public ones of one document, the newest first.
    """
    rows = list(versions)
    approved = [row for row in rows if row.status == DocumentVersion.Status.APPROVED]
    standing = [row for row in approved if row.standing(on)[0] == "valid"]
    undated = [row for row in approved if row.in_force_from is None and row.standing(on)[0] == "pending"]
    begun = [row for row in approved if row.in_force_from is None or row.in_force_from <= on]
    return next(iter([*standing, *undated, *begun, *approved, *rows]), None)


def public_versions(document: Document) -> list[DocumentVersion]:
    """Those that everybody may read, the newest first."""
    rows = document.versions.public().select_related("document", "replaced_by__document")
    return list(rows.order_by("-number", "-pk"))


def clauses_of(version: DocumentVersion) -> list[Clause]:
    names = ("anchor", "label", "heading", "text", "gist", "source")
    return [Clause(**row) for row in version.articles.order_by("position").values(*names)]


def by_heading(articles: Iterable[Article]) -> list[tuple[str, list[Article]]]:
    """The articles under their headings, in order."""
    return [(heading, list(rows)) for heading, rows in groupby(articles, key=lambda row: row.heading)]


def differences(before: DocumentVersion, after: DocumentVersion) -> list[Line]:
    """What became of each clause between two versions."""
    return compare(clauses_of(before), clauses_of(after))


# --- The list -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hit:
    """An article in which the words were found, with the words around them."""

    title: str
    url: str
    words: SafeString


@dataclass(frozen=True)
class Found:
    """A document, the version that counts on the day, and where that stands."""

    document: Document
    version: DocumentVersion
    code: str
    label: str
    draft: DocumentVersion | None  # another version that is before the public


@dataclass(frozen=True)
class LibraryQuery:
    """What is asked of the library; anything unknown is not asked for."""

    on: date
    q: str = ""
    kind: str = ""
    level: str = ""
    standing: str = ""
    found: list[int] = field(default_factory=list)  # keys of documents whose own words fit, best first

    @classmethod
    def read(cls, params) -> "LibraryQuery":
        today = local_today()
        try:
            on = date.fromisoformat(params.get("on", ""))
        except ValueError:
            on = today
        q = clean_text(params.get("q", "")[:MAX_QUERY])
        kind, level, standing = (params.get(name, "") for name in ("kind", "level", "standing"))
        return cls(
            on=on if date(1949, 10, 1) <= on <= date(2100, 1, 1) else today,
            q=q,
            kind=kind if kind in Document.Kind.values else "",
            level=level if level in Document.Level.values else "",
            standing=standing if standing in ("valid", "draft") else "",
            found=list(find(q, kinds=["document"]).values_list("subject_id", flat=True)[:MOST_HITS]),
        )

    def documents(self):
        """The documents asked for that everybody may read."""
        rows = Document.objects.public().annotate(place=PLACES)
        asked = {"kind": self.kind, "level": self.level}
        rows = rows.filter(**{name: value for name, value in asked.items() if value})
        if self.standing == "valid":
            rows = rows.filter(pk__in=DocumentVersion.objects.in_force(self.on).values("document"))
        elif self.standing == "draft":
            drafts = DocumentVersion.objects.public().filter(status__in=("commenting", "settled"))
            rows = rows.filter(pk__in=drafts.values("document"))
        return rows.filter(pk__in=self.found) if self.q else rows

    def hits(self) -> list[Hit]:
        """The articles in whose own words it was found, best first; none without a question.

        Those that are found by their document's name alone are left out: the document itself is listed.
        """
        if not self.q:
            return []
        rows = [
            Hit(entry.title, entry.url, marked(_around(entry.text, self.q), self.q))
            for entry in find(self.q, kinds=["article"], limit=MOST_FOUND)
        ]
        return [row for row in rows if "<mark>" in row.words][:MOST_HITS]


def told(documents: Iterable[Document], on: date) -> list[Found]:
    """Documents loaded `with_versions`, each with the version that counts on a day."""
    rows = []
    for document in documents:
        version = version_on(document.public_versions, on)
        version.document = document
        drafts = (
            row for row in document.public_versions if row.status == "commenting" and row is not version
        )
        draft = next(drafts, None)
        if draft:
            draft.document = document
        rows.append(Found(document, version, *version.standing(on), draft))
    return rows


def _around(text: str, q: str) -> str:
    """The words around the first place where the question, or a word of it, stands."""
    places = [text.find(word) for word in [q, *q.split()]]
    place = next((place for place in places if place >= 0), 0)
    start, end = max(0, place - AROUND), place + len(q) + 2 * AROUND
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}".replace("\n", " ")


# --- Articles by name -----------------------------------------------------------------------------

_CITED = re.compile(r"《([^《》]{2,60})》(?:第([零〇一二三四五六七八九十百]+)[、条])?")


def cited(text: str) -> list[tuple[str, str]]:
    """A basis in pieces (words, address): 《科学技术普及法》第四十五条 leads to that article today.

    The address is empty for words that name nothing of the library.
    """
    names = {name.strip() for name, _ in _CITED.findall(text)}
    documents = _named(names) if names else {}
    pieces, told_until = [], 0
    for found in _CITED.finditer(text):
        address = _address(documents.get(found[1].strip()), found[2])
        if not address:
            continue
        end = found.end() - (1 if found[0].endswith("、") else 0)
        pieces += [(text[told_until : found.start()], ""), (text[found.start() : end], address)]
        told_until = end
    pieces.append((text[told_until:], ""))
    return [piece for piece in pieces if piece[0]]


def _named(names: set[str]) -> dict[str, Document]:
    """Documents by what they are called in a basis: by their name or its end."""
    asked = Q()
    for name in names:
        asked |= Q(name__endswith=name)
    rows = list(Document.objects.public().filter(asked).with_versions().order_by("-pk"))
    return {name: row for name in names for row in rows if row.name.endswith(name)}


def _address(document: Document | None, number: str | None) -> str:
    if document is None:
        return ""
    page = document.get_absolute_url()
    return f"{page}#art-{number_of(number)}" if number else page


# --- Comments -------------------------------------------------------------------------------------


def round_of(version: DocumentVersion) -> CommentRound | None:
    """The version's open round."""
    return version.rounds.filter(closed_at=None).first()


def answered(version: DocumentVersion):
    """The comments on a version that were answered: everybody may read them."""
    rows = Comment.objects.filter(round__version=version, answered_at__isnull=False)
    return rows.select_related("round")


def comments_for(user: User):
    """Every comment, for whoever keeps the library."""
    rows = Comment.objects.select_related("round__version__document", "author")
    return rows if user.can(Perm.LIBRARY_EDIT) else rows.none()


# --- The desk -------------------------------------------------------------------------------------


def documents_for(user: User):
    """Every document for whoever keeps the library; else the standards somebody proposed."""
    own = Document.objects.filter(created_by=user).order_by().values("pk")
    kept = Document.objects.for_user(user, Perm.LIBRARY_EDIT).order_by().values("pk")
    return Document.objects.filter(Q(pk__in=own) | Q(pk__in=kept)).select_related("region")


def glossary() -> list[tuple[Term, str]]:
    """The terms by their pinyin, each with the address of what it rests on."""
    rows = Term.objects.select_related("document").order_by("pinyin", "pk")
    return [(row, _basis(row)) for row in rows]


def _basis(term: Term) -> str:
    if term.document is None:
        return ""
    return term.document.get_absolute_url() + (f"#art-{term.anchor}" if term.anchor else "")


def library_waiting(user: User) -> list[Waiting]:
    """Proposals to decide, comments to answer, rounds whose time is over."""
    if not user.can(Perm.LIBRARY_EDIT):
        return []
    lines = []
    proposed = DocumentVersion.objects.filter(status="proposed").select_related("document").order_by("pk")
    over = DocumentVersion.objects.filter(
        rounds__closed_at=None, rounds__closes_on__lt=local_today(), status="commenting"
    )
    for title, rows in (
        ("待定的标准立项建议", proposed),
        ("征求意见期满待结束", over.select_related("document").order_by("pk")),
    ):
        lines += waiting_line(
            title, rows, reverse("library_desk:list"), lambda row: (row.document.name, row.get_desk_url())
        )
    waiting = Comment.objects.filter(answered_at=None).order_by("pk")
    url = reverse("library_desk:comments")
    return lines + waiting_line(
        "待答复的公众意见", waiting, url, lambda row: (row.text[:40], row.get_desk_url())
    )


# --- Search ---------------------------------------------------------------------------------------


def searchable() -> Iterator[Entry]:
    """What the library enters into the search."""
    for document in Document.objects.public().with_versions().order_by("pk"):
        yield from entries_of(document, document.public_versions)


def entries_of(document: Document, versions: list[DocumentVersion]) -> Iterator[Entry]:
    """A document, and each article of the version that counts today."""
    version = version_on(versions, local_today())
    if version is None:
        return
    version.document = document
    yield Entry(
        kind="document",
        subject_id=document.pk,
        title=document.name,
        text=f"{document.summary} {version.document_number} {document.issuer}".strip(),
        url=document.get_absolute_url(),
    )
    for row in version.articles.order_by("position"):
        row.version = version
        yield Entry(
            kind="article",
            subject_id=row.pk,
            title=f"{document.name} {row.label}",
            text=row.text or row.gist,
            url=row.get_absolute_url(),
        )
