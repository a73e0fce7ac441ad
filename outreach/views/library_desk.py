"""The library at the desk: entered, written, put before the public, answered, put in force."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.actions import library as actions
from outreach.forms.library import (
    AnswerCommentForm,
    DocumentForm,
    EndForm,
    ProposalForm,
    PublishForm,
    ReasonForm,
    RoundForm,
    TermForm,
    VersionForm,
)
from outreach.models import VERSION_STEPS, Document, DocumentVersion, Term
from outreach.queries import library as queries
from outreach.rules.clauses import written
from outreach.views.rounds import add_fault
from portal.accounts import may
from portal.calendar import local_today
from portal.errors import ChangedMeanwhile, Refused
from portal.keyset import page_by_key
from portal.roles import Perm


def _require(user, *perms: Perm) -> None:
    if not any(user.can(perm) for perm in perms):
        raise PermissionDenied("您没有办理政策与标准的权限。")


def _page(request, rows, order=("-pk",)):
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    return page_by_key(rows, order=order, after=after, before=before)


# --- Documents ------------------------------------------------------------------------------------


@require_safe
def document_list(request):
    _require(request.user, Perm.LIBRARY_EDIT, Perm.STANDARD_PROPOSE)
    keeps = request.user.can(Perm.LIBRARY_EDIT)
    links = [("建议制定标准", reverse("library_desk:propose"), "" if keeps else "primary")]
    if keeps:
        links.insert(0, ("收录文件", reverse("library_desk:new"), "primary"))
    page = _page(request, queries.documents_for(request.user).prefetch_related("versions"))
    rows = [(row, max(row.versions.all(), key=lambda each: each.number)) for row in page.rows]
    context = {"page": page, "rows": rows, "keeps": keeps, "actions": links, "today": local_today()}
    return render(request, "outreach/document_list.html", context)


def _kept(request, form, act, template, context, done):
    """A form's answer: kept and on to the record, or the page again with what was wrong."""
    if request.method == "POST" and form.is_valid():
        try:
            made = act()
        except (Refused, ChangedMeanwhile, ValidationError) as fault:
            add_fault(form, fault)
        else:
            messages.success(request, done)
            return redirect(made)
    return render(request, template, {**context, "form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def document_new(request):
    _require(request.user, Perm.LIBRARY_EDIT)
    form = DocumentForm(request.POST or None)
    return _kept(
        request,
        form,
        lambda: actions.save_document(form.save(commit=False), by=request.user).get_desk_url(),
        "outreach/document_form.html",
        {"title": "收录文件", "submit": "保存"},
        "文件已建立，请录入正文。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request):
    _require(request.user, Perm.STANDARD_PROPOSE)
    form = ProposalForm(request.POST or None)
    own = request.user.organizations_for(Perm.STANDARD_PROPOSE).order_by("pk")
    held = request.user.places_for(Perm.STANDARD_PROPOSE)[1]

    def act():
        typed = form.cleaned_data
        body = own.filter(pk__in=held).first()
        made = actions.propose_standard(organization=body, by=request.user, **typed)
        return made.get_desk_url()

    context = {"title": "建议制定标准", "submit": "提交建议"}
    return _kept(request, form, act, "outreach/document_form.html", context, "建议已提交，答复后会通知您。")


def _document(request, code) -> Document:
    return get_object_or_404(queries.documents_for(request.user), code=code)


@require_http_methods(["GET", "HEAD", "POST"])
def document_detail(request, code):
    """A document with its versions; whoever keeps the library describes it here."""
    row = _document(request, code)
    keeps = may(request.user, Perm.LIBRARY_EDIT, row)
    form = DocumentForm(request.POST or None, instance=row)
    if request.method == "POST" and not keeps:
        raise PermissionDenied("您不能修改这份文件。")
    today = local_today()
    versions = list(row.versions.order_by("-number"))
    for version in versions:
        version.document = row
    context = {
        "row": row,
        "keeps": keeps,
        "versions": [(version, *version.standing(today)) for version in versions],
        "is_public": any(version.status in ("commenting", "settled", "approved") for version in versions),
        "begins": keeps and versions[0].status in ("approved", "dropped"),
        "timeline": VERSION_STEPS.timeline(versions[0]) if versions else [],
    }
    return _kept(
        request,
        form,
        lambda: actions.save_document(form.save(commit=False), by=request.user).get_desk_url(),
        "outreach/document_detail.html",
        context,
        "已保存。",
    )


@require_POST
def version_new(request, code):
    made = actions.start_version(_document(request, code), by=request.user)
    messages.success(request, "新版本已建立，内容沿用上一版。")
    return redirect(made.get_desk_url())


# --- One version ----------------------------------------------------------------------------------


def _version(request, code, number) -> DocumentVersion:
    _require(request.user, Perm.LIBRARY_EDIT)
    row = _document(request, code)
    return get_object_or_404(row.versions.select_related("document", "region", "created_by"), number=number)


@require_http_methods(["GET", "HEAD", "POST"])
def version_detail(request, code, number):
    """A version's words, and the steps open to it."""
    row = _version(request, code, number)
    text = written(queries.clauses_of(row))
    form = VersionForm(request.POST or None, instance=row, initial={"text": text, "seen": row.revision})

    def act():
        typed = form.cleaned_data
        actions.write_version(
            DocumentVersion.objects.get(pk=row.pk),
            values=form.values,
            text=typed["text"],
            seen=typed["seen"],
            by=request.user,
        )
        return row.get_desk_url()

    round = queries.round_of(row)
    context = {
        "row": row,
        "document": row.document,
        "standing": row.standing(local_today()),
        "may_write": row.may_be_written,
        "steps": _steps(request.user, row),
        "forms": {
            "publish": PublishForm(
                prefix="publish",
                initial={
                    name: getattr(row, name)
                    for name in ("document_number", "issued_on", "in_force_from", "dates_note")
                },
            ),
            "end": EndForm(prefix="end"),
            "open": RoundForm(prefix="open"),
            "again": ReasonForm(prefix="again"),
            "drop": ReasonForm(prefix="drop"),
        },
        "round": round,
        "ends": row.status == "approved" and row.out_of_force_on is None,
        "articles": row.articles.count(),
        "timeline": VERSION_STEPS.timeline(row),
    }
    return _kept(request, form, act, "outreach/version_detail.html", context, "正文已保存。")


def _steps(user, row: DocumentVersion) -> set[str]:
    """The steps that fit: a standard goes by its comments, other documents are entered."""
    unfit = {"publish"} if row.document.is_standard else {"open_comments", "approve"}
    return {name for name, _ in VERSION_STEPS.open_to(user, row)} - unfit


STEPS = {
    "publish": (PublishForm, actions.publish, "已发布。"),
    "end": (EndForm, actions.end_version, "失效已登记。"),
    "open": (RoundForm, actions.open_comments, "已公开征求意见。"),
    "again": (ReasonForm, actions.draft_again, "已退回修改。"),
    "drop": (ReasonForm, actions.turn_down, "已登记不予立项。"),
}
PLAIN = {
    "accept": (actions.accept_proposal, "已同意立项。"),
    "close": (actions.close_comments, "征求意见已结束。"),
}


@require_POST
def version_step(request, code, number, step):
    row = _version(request, code, number)
    if step in PLAIN:
        act, done = PLAIN[step]
        act(row, by=request.user)
        messages.success(request, done)
        return redirect(row.get_desk_url())
    if step not in STEPS:
        raise Http404("没有这个步骤。")
    shape, act, done = STEPS[step]
    form = shape(request.POST, prefix=step)
    if form.is_valid():
        act(row, by=request.user, **form.cleaned_data)
        messages.success(request, done)
        return redirect(row.get_desk_url())
    context = {"form": form, "row": row, "document": row.document}
    return render(request, "outreach/version_step.html", context, status=422)


# --- Comments -------------------------------------------------------------------------------------


@require_safe
def comment_list(request):
    """What waits for its answer, the oldest first; or everything."""
    _require(request.user, Perm.LIBRARY_EDIT)
    shows_all = request.GET.get("all") == "1"
    rows = queries.comments_for(request.user)
    page = _page(request, rows if shows_all else rows.filter(answered_at=None), order=("pk",))
    return render(request, "outreach/comment_desk.html", {"page": page, "shows_all": shows_all})


@require_http_methods(["GET", "HEAD", "POST"])
def comment_detail(request, pk):
    _require(request.user, Perm.LIBRARY_EDIT)
    row = get_object_or_404(queries.comments_for(request.user), pk=pk)
    form = AnswerCommentForm(request.POST or None, initial={"verdict": row.verdict, "text": row.answer})

    def act():
        actions.answer_comment(row, by=request.user, **form.cleaned_data)
        following = queries.comments_for(request.user).filter(answered_at=None, round=row.round)
        following = following.order_by("pk").first()
        return following.get_desk_url() if following else reverse("library_desk:comments")

    version = row.round.version
    article = version.articles.filter(label=row.article).first() if row.article else None
    context = {"row": row, "version": version, "article": article, "is_open": row.round.closed_at is None}
    return _kept(request, form, act, "outreach/comment_detail.html", context, "答复已保存。")


# --- Glossary -------------------------------------------------------------------------------------


@require_safe
def term_list(request):
    _require(request.user, Perm.LIBRARY_EDIT)
    return render(request, "outreach/term_list.html", {"terms": queries.glossary()})


@require_http_methods(["GET", "HEAD", "POST"])
def term_form(request, code=None):
    _require(request.user, Perm.LIBRARY_EDIT)
    row = get_object_or_404(Term, code=code) if code else None
    form = TermForm(request.POST or None, instance=row)

    def act():
        actions.save_term(form.save(commit=False), by=request.user)
        return reverse("library_desk:terms")

    context = {"row": row}
    return _kept(request, form, act, "outreach/term_form.html", context, "术语已保存。")
