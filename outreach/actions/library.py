"""Everything that changes the library: documents, versions, comment rounds, the glossary."""

import json
import uuid
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from outreach.models import VERSION_STEPS, Article, Comment, CommentRound, Document, DocumentVersion, Term
from outreach.queries.library import clauses_of, entries_of, public_versions
from outreach.rules.clauses import Clause, TextFault, parse
from portal import audit, history, search
from portal.accounts import User, people_with, require, system_user
from portal.calendar import local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.identifiers import clean_text
from portal.notices import Notice, notify
from portal.regions import Region
from portal.roles import Perm
from portal.templatetags.portal_tags import cn_date

DATA = Path(__file__).parents[1] / "data" / "library"
VISITOR = AnonymousUser()


# --- Documents and versions -----------------------------------------------------------------------


@transaction.atomic
def save_document(document: Document, *, by: User) -> Document:
    """Enter a document with its first version, or keep changes to its description.

    Raises PermissionDenied, and ValidationError where a rule says no.
    """
    before = history.stored(document)
    document.region = before.region if before else Region.objects.city()
    require(by, Perm.LIBRARY_EDIT, document.region)
    if before is None:
        document.created_by = by
    document.full_clean()
    changes = history.differences(before, document)
    document.save(update_fields=list(changes) if before else None)
    audit.record(document, "change" if before else "create", by=by, changes=changes)
    if before is None:
        _new_version(document, "第 1 版", DocumentVersion.Status.DRAFTING, by=by)
    _index(document)
    return document


@transaction.atomic
def propose_standard(
    *, name: str, code: str, summary: str, reason: str, by: User, organization=None
) -> Document:
    """Propose a standard to be written, with the reason why.

    Raises PermissionDenied, and ValidationError where a rule says no.
    """
    place = Region.objects.city()
    if not by.can(Perm.STANDARD_PROPOSE):
        require(by, Perm.STANDARD_PROPOSE, place)
    document = Document(
        code=code,
        kind=Document.Kind.STANDARD,
        name=clean_text(name),
        summary=clean_text(summary),
        region=place,
        organization=organization,
        created_by=by,
    )
    document.full_clean()
    document.save(force_insert=True)
    audit.record(document, "create", by=by)
    _new_version(document, "第 1 版", DocumentVersion.Status.PROPOSED, by=by, reason=clean_text(reason))
    notify(
        people_with(Perm.LIBRARY_EDIT, place),
        f"新的标准立项建议：{document}",
        link=document.get_desk_url(),
        kind=Notice.Kind.TASK,
    )
    return document


def _new_version(
    document: Document, label: str, status: str, *, by: User, reason: str = ""
) -> DocumentVersion:
    last = document.versions.aggregate(last=Max("number"))["last"] or 0
    version = DocumentVersion(
        document=document,
        number=last + 1,
        label=label,
        status=status,
        reason=reason,
        region=document.region,
        organization=document.organization,
        created_by=by,
    )
    version.full_clean()
    try:
        with transaction.atomic():
            version.save(force_insert=True)
    except IntegrityError:
        raise Refused("新版本已由他人建立，请刷新页面。") from None
    audit.record(version, "create", by=by)
    return version


@transaction.atomic
def start_version(document: Document, *, by: User) -> DocumentVersion:
    """Begin the next version with the words of the last one; the one begun already where there is one.

    Raises PermissionDenied.
    """
    require(by, Perm.LIBRARY_EDIT, document)
    Document.objects.select_for_update().get(pk=document.pk)
    last = document.versions.order_by("-number").first()
    if last and last.status not in ("approved", "dropped"):
        return last
    version = _new_version(
        document, f"第 {last.number + 1 if last else 1} 版", DocumentVersion.Status.DRAFTING, by=by
    )
    source = document.versions.filter(status="approved").order_by("-number").first()
    if source:
        _write(version, clauses_of(source))
    return version


def _write(version: DocumentVersion, clauses: list[Clause]) -> None:
    Article.objects.bulk_create(
        Article(
            version=version,
            position=position,
            anchor=clause.anchor,
            label=clause.label,
            heading=clause.heading,
            text=clause.text,
            gist=clause.gist,
            source=clause.source,
        )
        for position, clause in enumerate(clauses, start=1)
    )


@transaction.atomic
def write_version(
    version: DocumentVersion, *, values: dict, text: str, seen: int | None = None, by: User
) -> None:
    """Keep the words of a version and what is said of it, as long as it is a draft.

    Raises Refused afterwards or where the text cannot be read, ChangedMeanwhile if it was kept since `seen`.
    """
    require(by, Perm.LIBRARY_EDIT, version)
    stored = DocumentVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if not stored.may_be_written:
        raise Refused("该版本已征求意见或发布，正文不能再改；需要修改时请建立新版本或退回修改。")
    if seen is not None and stored.revision != seen:
        raise ChangedMeanwhile("您打开页面后，正文已由他人保存。您填写的内容仍在页面上，请核对后再次保存。")
    try:
        clauses = parse(clean_text(text, multiline=True))
    except TextFault as fault:
        raise Refused(str(fault)) from None
    for name, value in values.items():
        setattr(stored, name, value)
    stored.revision += 1
    stored.full_clean()
    stored.save(update_fields=[*values, "revision"])
    stored.articles.all().delete()
    _write(stored, clauses)
    audit.record(stored, "change", by=by, note=f"共 {len(clauses)} 条")
    version.revision = stored.revision


@transaction.atomic
def accept_proposal(version: DocumentVersion, *, by: User) -> None:
    """Take a proposed standard up."""
    VERSION_STEPS.take(version, "accept", by=by)
    notify([version.created_by], f"“{version.document}”已同意立项", link=version.document.get_desk_url())


@transaction.atomic
def turn_down(version: DocumentVersion, *, note: str, by: User) -> None:
    """Turn a proposed standard down, or drop its draft. Raises Refused without a reason."""
    VERSION_STEPS.take(version, "drop", by=by, note=note)
    text = f"“{version.document}”未予立项：{note}"
    notify([version.created_by], text, link=version.document.get_desk_url())


# --- In force and out of force --------------------------------------------------------------------


@transaction.atomic
def publish(
    version: DocumentVersion,
    *,
    document_number: str,
    issued_on: date | None,
    in_force_from: date | None,
    dates_note: str = "",
    by: User,
) -> None:
    """Put a version in force from a day; the one before ends on that day, replaced by it.

    A standard goes through comments first. Raises Refused for one that did not, without any words, or
    where a later version is in force already.
    """
    is_standard = version.document.is_standard
    if is_standard and version.status == DocumentVersion.Status.DRAFTING:
        raise Refused("标准须先公开征求意见，逐条答复后才能批准发布。")
    if not version.articles.exists():
        raise Refused("正文还是空的，请先录入。")
    if in_force_from is None and not dates_note.strip():
        raise Refused("请填写施行日期；日期不明的，请写日期说明。")
    Document.objects.select_for_update().get(pk=version.document_id)
    if in_force_from:
        _end_earlier(version, in_force_from, by=by)
    values = {
        "document_number": clean_text(document_number),
        "issued_on": issued_on,
        "in_force_from": in_force_from,
        "dates_note": clean_text(dates_note),
    }
    DocumentVersion.objects.filter(pk=version.pk).update(**values)
    for name, value in values.items():
        setattr(version, name, value)
    VERSION_STEPS.take(version, "approve" if is_standard else "publish", by=by)
    _index(version.document)


def _end_earlier(version: DocumentVersion, on: date, *, by: User) -> None:
    others = version.document.versions.filter(status="approved").exclude(pk=version.pk)
    if others.filter(in_force_from__gte=on).exists():
        raise Refused("已有施行日期更晚的版本，请核对施行日期。")
    for other in others.filter(out_of_force_on=None) | others.filter(out_of_force_on__gt=on):
        DocumentVersion.objects.filter(pk=other.pk).update(out_of_force_on=on, replaced_by=version)
        audit.record(other, "change", by=by, note=f"由{version.label}代替")


@transaction.atomic
def end_version(version: DocumentVersion, *, on: date, note: str, by: User) -> None:
    """End a version without a successor. Raises Refused without a reason or unless it was in force."""
    require(by, Perm.LIBRARY_EDIT, version)
    if not note.strip():
        raise Refused("请写明失效的依据。")
    if version.in_force_from and on <= version.in_force_from:
        raise Refused("失效日期必须晚于施行日期。")
    standing = DocumentVersion.objects.filter(pk=version.pk, status="approved", out_of_force_on=None)
    if not standing.update(out_of_force_on=on):
        raise Refused("该版本没有发布，或已有失效日期。")
    audit.record(version, "lapse_version", by=by, note=note)
    _index(version.document)


def _index(document: Document) -> None:
    """Enter a document and the articles that count today; those of its other versions are taken out."""
    old = Article.objects.filter(version__document=document).values("pk")
    search.SearchEntry.objects.filter(kind="article", subject_id__in=old).delete()
    search.index_many(entries_of(document, public_versions(document)))


# --- Comments -------------------------------------------------------------------------------------


@transaction.atomic
def open_comments(version: DocumentVersion, *, closes_on: date, note: str = "", by: User) -> CommentRound:
    """Put a draft before the public until a day. Raises Refused without words or for a day not ahead."""
    if not version.document.is_standard:
        raise Refused("只有标准需要公开征求意见。")
    if not version.articles.exists():
        raise Refused("草案还没有正文，不能公开征求意见。")
    today = local_today()
    if closes_on <= today:
        raise Refused("截止日期须在今天以后。")
    VERSION_STEPS.take(version, "open_comments", by=by)
    last = version.rounds.aggregate(last=Max("number"))["last"] or 0
    made = CommentRound.objects.create(
        version=version,
        number=last + 1,
        opens_on=today,
        closes_on=closes_on,
        note=clean_text(note, multiline=True),
    )
    _index(version.document)
    return made


@transaction.atomic
def comment(
    round: CommentRound, *, key: uuid.UUID, article: str, text: str, at: datetime, by=VISITOR
) -> Comment:
    """Say something of a draft before the public; the same form sent twice says it once.

    Raises Refused once the round is over.
    """
    made = Comment.objects.filter(uuid=key).first()
    if made:
        return made
    on = local_today(at)
    # Of a comment and the closing of the round at once, one finds the row as the other left it.
    taken = CommentRound.objects.filter(
        pk=round.pk, closed_at=None, opens_on__lte=on, closes_on__gte=on
    ).update(open_count=F("open_count") + 1)
    if not taken:
        raise Refused("征求意见已截止，不能再提交。")
    made = Comment(
        uuid=key,
        round=round,
        article=clean_text(article),
        text=clean_text(text, multiline=True),
        author=by if by.is_authenticated else None,
        created_at=at,
    )
    made.full_clean(exclude={"uuid"})
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # the same form, sent twice at once
        CommentRound.objects.filter(pk=round.pk).update(open_count=F("open_count") - 1)
        return Comment.objects.get(uuid=key)
    audit.record(made, "comment", by=by)
    return made


@transaction.atomic
def answer_comment(comment: Comment, *, verdict: str, text: str, by: User) -> None:
    """Answer a comment, or word its answer better while its round is open.

    Raises Refused without words or once the round is closed.
    """
    version = comment.round.version
    require(by, Perm.LIBRARY_EDIT, version)
    words = clean_text(text, multiline=True)[:1_000]
    if not words or verdict not in Comment.Verdict.values:
        raise Refused("请选择处理结果并写明理由。")
    round = CommentRound.objects.select_for_update().get(pk=comment.round_id)
    if round.closed_at:
        raise Refused("征求意见已结束，答复不能再改。")
    values = {"verdict": verdict, "answer": words, "answered_at": timezone.now(), "answered_by": by}
    is_first = Comment.objects.filter(pk=comment.pk, answered_at=None).update(**values)
    if is_first:
        CommentRound.objects.filter(pk=round.pk).update(open_count=F("open_count") - 1)
    else:
        Comment.objects.filter(pk=comment.pk).update(**values)
    audit.record(comment, "answer", by=by)
    if comment.author:
        notify(
            [comment.author],
            f"您对“{version.document}”的意见已答复：{Comment.Verdict(verdict).label}",
            link=comment.get_absolute_url(),
        )


@transaction.atomic
def close_comments(version: DocumentVersion, *, by: User) -> None:
    """End a round. Raises Refused before its last day is over, or while a comment has no answer."""
    round = CommentRound.objects.select_for_update().filter(version=version, closed_at=None).first()
    if round is None:
        raise Refused("该版本没有在征求意见。")
    if local_today() <= round.closes_on:
        raise Refused(f"征求意见至{cn_date(round.closes_on)}，期满后才能结束。")
    if round.open_count:
        raise Refused(f"还有 {round.open_count} 条意见没有答复，不能结束征求意见。")
    CommentRound.objects.filter(pk=round.pk).update(closed_at=timezone.now())
    VERSION_STEPS.take(version, "close_comments", by=by)


@transaction.atomic
def draft_again(version: DocumentVersion, *, note: str, by: User) -> None:
    """Take a draft back to be worked on; it leaves the public's sight. Raises Refused without a reason."""
    VERSION_STEPS.take(version, "draft_again", by=by, note=note)
    _index(version.document)
    if not public_versions(version.document):
        search.remove("document", version.document_id)


# --- Glossary -------------------------------------------------------------------------------------


@transaction.atomic
def save_term(term: Term, *, by: User) -> Term:
    """Keep a term of the glossary. Raises PermissionDenied, and ValidationError where a rule says no."""
    require(by, Perm.LIBRARY_EDIT, Region.objects.city())
    before = history.stored(term)
    term.full_clean()
    changes = history.differences(before, term)
    term.pinyin = _pinyin(term.term)
    term.save(update_fields=[*changes, "pinyin"] if before else None)
    audit.record(term, "change" if before else "create", by=by, changes=changes)
    return term


def _pinyin(words: str) -> str:
    return "".join(search.syllables_of("".join(search.runs_of(words))))[:200]


# --- What the repository brings along -------------------------------------------------------------


@transaction.atomic
def load_library() -> int:
    """Load the documents, versions and terms of the repository; what is there already stays as it is."""
    data = json.loads((DATA / "library.json").read_text(encoding="utf-8"))
    by, at = system_user(), timezone.now()
    known = set(DocumentVersion.objects.values_list("document__code", "number"))
    for row in data["documents"]:
        versions = [version for version in row["versions"] if (row["code"], version["number"]) not in known]
        if versions:
            _load_document(row, versions, by=by, at=at)
    for row in data["terms"]:
        document = Document.objects.get(code=row["document"])
        Term.objects.get_or_create(
            code=row["code"], defaults={**row, "document": document, "pinyin": _pinyin(row["term"])}
        )
    return len(data["documents"]) + len(data["terms"])


def _load_document(row: dict, versions: list[dict], *, by: User, at: datetime) -> None:
    region = Region.objects.city()
    described = {name: row[name] for name in ("kind", "level", "name", "issuer", "summary")}
    document, _ = Document.objects.get_or_create(
        code=row["code"], defaults={**described, "region": region, "created_by": by}
    )
    for told in versions:
        version = DocumentVersion.objects.create(document=document, region=region, created_by=by, **told)
        file = DATA / f"{row['code']}.v{told['number']}.txt"
        if file.exists():
            _write(version, parse(file.read_text(encoding="utf-8"), source=version.source))
        VERSION_STEPS.take(version, "load", by=None, at=at)
    ordered = list(document.versions.order_by("number"))
    for earlier, later in pairwise(ordered):
        if earlier.out_of_force_on and earlier.out_of_force_on == later.in_force_from:
            DocumentVersion.objects.filter(pk=earlier.pk).update(replaced_by=later)
    _index(document)
