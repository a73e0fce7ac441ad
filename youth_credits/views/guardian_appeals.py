"""A guardian's appeals: filed, followed, taken on to the district."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.calendar import local_today
from portal.errors import Refused
from portal.templatetags.portal_tags import cn_date
from youth_credits import actions, queries
from youth_credits.actions.appeals import APPEAL
from youth_credits.forms.oversight import AppealForm
from youth_credits.models import Appeal
from youth_credits.views.access import chosen_publication
from youth_credits.views.guardians import CRUMBS, child_crumbs, guardian_page, own_child


@require_http_methods(["GET", "HEAD", "POST"])
@guardian_page
def new(request, uuid):
    """File an appeal against a term that is public now: `of` in the address, or the newest."""
    student = own_child(uuid)
    if not student.has_consent(local_today()):
        raise Http404("同意之前看不到学分，也就没有可申诉的内容。")
    public = list(queries.published_for(student, local_today()))
    published = chosen_publication(request, public)
    entries = list(queries.published_entries(published, student)) if published else []
    form = AppealForm(
        request.POST if request.method == "POST" else None,
        entries=entries,
        initial={"entry": request.GET.get("entry", "")},
    )
    if published and form.is_bound and form.is_valid():
        try:
            appeal = actions.appeal(
                published, student, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("guardian:appeal", uuid=appeal.uuid)
    context = {
        "student": student,
        "publication": published,
        "others": [one for one in public if one != published],
        "entries": entries,
        "form": form,
        "crumbs": child_crumbs(student, ("提出申诉", "")),
    }
    return render(
        request, "youth_credits/guardian_appeal_new.html", context, status=422 if form.is_bound else 200
    )


def _appeal(uuid) -> Appeal:
    found = Appeal.objects.select_related(
        "student__school", "publication", "organization__region", "region", "first", "created_by"
    )
    return get_object_or_404(found, uuid=uuid)


@require_safe
@guardian_page
def appeal(request, uuid):
    appeal = _appeal(uuid)
    steps = {name for name, _ in APPEAL.open_to(request.user, appeal)}
    until = queries.may_escalate_until(appeal)
    context = {
        "appeal": appeal,
        "entry": queries.entry_of(appeal),
        "until": until,
        "is_rejected": "escalate" in steps,
        "may_escalate": "escalate" in steps and until is not None and local_today() <= until,
        "may_withdraw": "withdraw" in steps,
        "timeline": queries.appeal_timeline(appeal, APPEAL.timeline(appeal)),
        "crumbs": [*CRUMBS, (str(appeal), "")],
    }
    return render(request, "youth_credits/guardian_appeal.html", context)


@require_POST
@guardian_page
def escalate(request, uuid):
    appeal = _appeal(uuid)
    actions.escalate(appeal, by=request.user, at=timezone.now())
    messages.success(request, f"已提请区教育局处理，最迟{cn_date(appeal.due_on)}作出决定。")
    return redirect("guardian:appeal", uuid=appeal.uuid)


@require_POST
@guardian_page
def withdraw(request, uuid):
    appeal = _appeal(uuid)
    actions.withdraw_appeal(appeal, by=request.user, at=timezone.now())
    messages.success(request, "已撤回申诉。")
    return redirect("guardian:appeal", uuid=appeal.uuid)
