"""The library before the public: documents, versions, differences, comments on drafts, the glossary."""

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from outreach.actions import library as actions
from outreach.forms.library import CommentForm
from outreach.models import Comment, Document, DocumentVersion
from outreach.queries import library as queries
from outreach.views.rounds import add_fault
from portal import plain_question
from portal.calendar import local_today
from portal.errors import Refused
from portal.keyset import page_by_key
from portal.middleware import client_address

TOO_OFTEN = "提交过于频繁，请一小时后再试。"


@login_not_required
@require_safe
def library_list(request):
    asked = queries.LibraryQuery.read(request.GET)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    rows = asked.documents().with_versions()
    page = page_by_key(rows, order=("place", "name", "pk"), after=after, before=before, size=30)
    context = {
        "asked": asked,
        "page": page,
        "rows": queries.told(page.rows, asked.on),
        "hits": asked.hits(),
        "today": local_today(),
        "kinds": Document.Kind.choices,
        "levels": Document.Level.choices,
        "standings": [("valid", "当日有效"), ("draft", "征求意见稿")],
    }
    return render(request, "outreach/library_list.html", context)


def _document(code) -> Document:
    return get_object_or_404(Document.objects.public().select_related("region"), code=code)


@login_not_required
@require_safe
def document(request, code):
    """The version that counts today, or on the day asked for."""
    found = _document(code)
    asked = queries.LibraryQuery.read(request.GET)
    versions = queries.public_versions(found)
    return _shown(request, queries.version_on(versions, asked.on), versions)


def _version(code, number) -> tuple[DocumentVersion, list[DocumentVersion]]:
    versions = queries.public_versions(_document(code))
    found = next((row for row in versions if row.number == number), None)
    if found is None:
        raise Http404("没有这个版本。")
    return found, versions


@login_not_required
@require_safe
def version(request, code, number):
    return _shown(request, *_version(code, number))


def _shown(request, version: DocumentVersion, versions: list[DocumentVersion]):
    today = local_today()
    round = queries.round_of(version)
    articles = list(version.articles.order_by("position"))
    context = {
        "document": version.document,
        "version": version,
        "standing": version.standing(today),
        "versions": [(row, *row.standing(today)) for row in versions],
        "parts": queries.by_heading(articles),
        "count": len(articles),
        "round": round,
        "takes": round is not None and round.takes(today),
        "answered": queries.answered(version).count(),
        "today": today,
    }
    return render(request, "outreach/library_version.html", context)


@login_not_required
@require_safe
def compared(request, code, before, after):
    """What changed between two versions."""
    old, _ = _version(code, before)
    new, _ = _version(code, after)
    lines = queries.differences(old, new)
    context = {
        "document": new.document,
        "before": old,
        "after": new,
        "lines": [line for line in lines if line.state != "same" or line.was],
        "same": sum(line.state == "same" and not line.was for line in lines),
    }
    return render(request, "outreach/library_compare.html", context)


# --- Comments -------------------------------------------------------------------------------------


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def comment_new(request, code, number):
    """Say something of a draft that is before the public."""
    version, _ = _version(code, number)
    round = queries.round_of(version)
    if round is None:
        raise Http404("该版本没有在征求意见。")
    labels = list(version.articles.order_by("position").values_list("label", flat=True))
    wanted = request.GET.get("article", "")
    form = CommentForm(
        request.POST or None,
        person=request.user,
        labels=labels,
        initial={"key": uuid4(), "article": wanted if wanted in labels else ""},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = _comment(request, round, form)
        except (Refused, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, "意见已提交。请收藏本页，答复后在这里查看。")
            return redirect(made)
    context = {"version": version, "document": version.document, "round": round, "form": form}
    context["takes"] = round.takes(local_today())
    return render(request, "outreach/comment_form.html", context, status=422 if form.is_bound else 200)


def _comment(request, round, form) -> Comment:
    address = client_address(request)
    plain_question.limit("comment", address, most=30, seconds=3600, sentence=TOO_OFTEN)
    typed = form.cleaned_data
    return actions.comment(
        round,
        key=typed["key"],
        article=typed["article"],
        text=typed["text"],
        at=timezone.now(),
        by=request.user,
    )


@login_not_required
@require_safe
def comment_page(request, uuid):
    """One comment and its answer, for whoever kept the link."""
    rows = Comment.objects.select_related("round__version__document")
    row = get_object_or_404(rows, uuid=uuid)
    return render(request, "outreach/comment_page.html", {"row": row, "version": row.round.version})


@login_not_required
@require_safe
def comment_list(request, code, number):
    """What was said of a draft and what became of it."""
    version, _ = _version(code, number)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = page_by_key(queries.answered(version), order=("pk",), after=after, before=before)
    context = {"page": page, "version": version, "document": version.document}
    return render(request, "outreach/comment_list.html", context)


# --- Glossary -------------------------------------------------------------------------------------


@login_not_required
@require_safe
def glossary(request):
    return render(request, "outreach/glossary.html", {"terms": queries.glossary()})
