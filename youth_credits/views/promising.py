"""Children of promise, as their school and their guardian see them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.accounts import may
from portal.calendar import local_today
from portal.errors import Refused
from portal.fields import ReasonForm
from portal.keyset import page_by_key
from portal.roles import Perm
from youth_credits.actions import promising as actions
from youth_credits.actions.promising import NOMINATION
from youth_credits.forms.guardians import SignedPaperForm
from youth_credits.forms.promising import MentorForm, NominateForm, ProjectForm, ReportForm
from youth_credits.models import Nomination
from youth_credits.views.access import crumbs, own_student, school_page
from youth_credits.views.guardians import CRUMBS, guardian_page

LIST = "科学潜质学生培养"


@require_safe
@school_page(Perm.CREDIT_VIEW)
def nominations(request, school):
    page = page_by_key(
        Nomination.objects.filter(organization=school).select_related("student", "mentor"),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "youth_credits/nominations.html", {"page": page, "crumbs": crumbs((LIST, ""))})


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def nominate(request, school, uuid):
    student = own_student(school, uuid)
    form = NominateForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = actions.nominate(student, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已推荐，待监护人（满14周岁的为学生本人）同意。")
            return redirect(made)
    context = {
        "form": form,
        "crumbs": crumbs((student.number_masked, student.get_absolute_url()), ("推荐培养", "")),
    }
    return render(request, "youth_credits/nominate.html", context, status=422 if form.is_bound else 200)


def _nomination(school, uuid) -> Nomination:
    found = Nomination.objects.filter(organization=school).select_related(
        "student", "mentor", "organization__region", "region", "created_by"
    )
    return get_object_or_404(found, uuid=uuid)


@require_safe
@school_page(Perm.CREDIT_VIEW)
def nomination(request, school, uuid):
    found = _nomination(school, uuid)
    audit.viewed(found, by=request.user, reason=LIST)
    return _page(request, found)


FORMS = {
    "agree_paper": SignedPaperForm,
    "start": MentorForm,
    "end": ReasonForm,
    "project": ProjectForm,
    "report": ReportForm,
}


def _page(request, found: Nomination, *, status: int = 200, **forms):
    steps = {name for name, _ in NOMINATION.open_to(request.user, found)}
    context = {
        "nomination": found,
        "projects": list(found.projects.all()),
        "steps": steps,
        "may_write": found.status == Nomination.Status.ACTIVE
        and may(request.user, Perm.CREDIT_RECORD, found),
        "timeline": NOMINATION.timeline(found),
        "crumbs": crumbs((LIST, reverse("youth_credits:nominations")), (str(found), "")),
    }
    context |= {f"{name}_form": forms.get(name) or form() for name, form in FORMS.items()}
    if "agree_paper" not in forms:
        by_child = not found.student.is_under_14(local_today())
        context["agree_paper_form"] = SignedPaperForm(by_child=by_child)
    return render(request, "youth_credits/nomination.html", context, status=status)


@require_POST
@school_page(Perm.CREDIT_VIEW)
def nomination_step(request, school, uuid, step):
    """One step of the school: consent from paper, a mentor, the end, a project, a report."""
    found = _nomination(school, uuid)
    if step not in FORMS:
        return _page(request, found, status=404)
    form = FORMS[step](request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, **{step: form})
    typed, now = form.cleaned_data, timezone.now()
    if step == "agree_paper":
        actions.agree_on_paper(found, **typed, by=request.user, at=now)
    elif step == "start":
        actions.start(found, **typed, by=request.user, at=now)
    elif step == "end":
        actions.end(found, **typed, by=request.user, at=now)
    elif step == "project":
        actions.add_project(found, **typed, by=request.user)
    else:
        project = get_object_or_404(found.projects.all(), uuid=request.POST.get("project") or None)
        project.nomination = found
        actions.report_project(project, **typed, by=request.user)
    messages.success(request, "已登记。")
    return redirect(found)


# --- The guardian ---------------------------------------------------------------------------------


def _ward_nomination(uuid) -> Nomination:
    found = Nomination.objects.select_related("student__school", "mentor", "organization__region", "region")
    return get_object_or_404(found, uuid=uuid)


@require_safe
@guardian_page
def guardian_nomination(request, uuid):
    found = _ward_nomination(uuid)
    context = {
        "nomination": found,
        "projects": list(found.projects.all()),
        "steps": {name for name, _ in NOMINATION.open_to(request.user, found)},
        "is_under_14": found.student.is_under_14(local_today()),
        "timeline": NOMINATION.timeline(found),
        "crumbs": [*CRUMBS, (LIST, "")],
    }
    return render(request, "youth_credits/guardian_nomination.html", context)


@require_POST
@guardian_page
def guardian_agree(request, uuid):
    found = _ward_nomination(uuid)
    actions.agree(found, by=request.user, at=timezone.now())
    messages.success(request, "已记录您的同意。您随时可以退出。")
    return redirect("guardian:nomination", uuid=found.uuid)


@require_POST
@guardian_page
def guardian_decline(request, uuid):
    found = _ward_nomination(uuid)
    actions.decline(found, by=request.user, at=timezone.now())
    messages.success(request, "已记录，培养即时结束。")
    return redirect("guardian:nomination", uuid=found.uuid)
