"""What families claim: told by the guardian, confirmed by the school, up to thirty on one page."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal import audit, files
from portal.calendar import local_today
from portal.errors import Refused
from portal.fields import ReasonForm
from portal.roles import Perm
from youth_credits import actions
from youth_credits.forms.claims import FamilyClaimForm
from youth_credits.models import FamilyClaim
from youth_credits.views.access import crumbs, school_page, second_factor_first
from youth_credits.views.guardians import child_crumbs, guardian_page, own_child

ON_A_PAGE = 30


def _waiting(school):
    rows = FamilyClaim.objects.filter(organization=school, status=FamilyClaim.Status.SENT)
    return rows.select_related("student", "rule", "organization__region", "region", "created_by").order_by(
        "pk"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def claim_list(request, school):
    """Tick and confirm, or tick and say why not."""
    if request.method == "POST":
        chosen = list(_waiting(school).filter(uuid__in=_uuids(request.POST.getlist("chosen"))))
        if not chosen:
            raise Refused("请勾选要办理的申报。")
        confirms = "confirm" in request.POST
        form = ReasonForm(request.POST)
        if not confirms and not form.is_valid():
            raise Refused("请填写不确认的理由。")
        note = "" if confirms else form.cleaned_data["note"]
        count = actions.decide_claims(school, chosen, confirms=confirms, note=note, by=request.user)
        messages.success(request, f"已{'确认' if confirms else '退回'} {count} 项。")
        return redirect("youth_credits:claim_list")
    rows = list(_waiting(school)[: ON_A_PAGE + 1])
    if rows:
        audit.viewed(school, by=request.user, reason="查看家庭活动申报")
    context = {
        "rows": rows[:ON_A_PAGE],
        "has_more": len(rows) > ON_A_PAGE,
        "crumbs": crumbs(("家庭活动", "")),
    }
    return render(request, "youth_credits/claim_list.html", context)


def _uuids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts[:ON_A_PAGE]:
        with suppress(ValueError):
            found.append(UUID(text))
    return found


@require_safe
@school_page(Perm.CREDIT_VIEW)
@second_factor_first
def claim_proof(request, school, uuid):
    """The proof, decrypted for its own school only; recorded."""
    claim = get_object_or_404(FamilyClaim.objects.filter(organization=school), uuid=uuid)
    if not claim.proof_id:
        raise Http404
    answer = files.serve(request, claim.proof_id, rule=lambda user, file: file.organization_id == school.pk)
    audit.viewed(claim, by=request.user, reason="查看佐证材料")
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@guardian_page
def family_claim(request, uuid):
    """Tell the school what the own child did, with a proof."""
    student = own_child(uuid)
    back = reverse("guardian:child", args=[student.uuid])
    today = local_today()
    if not student.has_consent(today):
        messages.info(request, "请先阅读并同意监护人同意书，再申报家庭活动。")
        return redirect(back)
    form = FamilyClaimForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        rules=actions.kinds_to_claim(student.school, today),
    )
    if form.is_bound and form.is_valid():
        try:
            actions.claim_family_activity(student, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已申报，学校确认后通知您。")
            return redirect(back)
    context = {
        "student": student,
        "form": form,
        "back": back,
        "crumbs": child_crumbs(student, ("申报家庭活动", "")),
    }
    status = 422 if form.is_bound else 200
    return render(request, "youth_credits/guardian_claim.html", context, status=status)
