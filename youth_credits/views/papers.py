"""What a guardian takes along: the transcript, digital credentials, and requests as of right."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit, plain_question
from portal.errors import Refused
from youth_credits import actions, queries, sheets
from youth_credits.actions.rights import RIGHTS
from youth_credits.forms.rights import CredentialForm, RightsForm
from youth_credits.models import RightsRequest
from youth_credits.views.access import workbook
from youth_credits.views.guardians import CRUMBS, child_crumbs, guardian_page, own_child
from youth_credits.views.transcripts import transcript_answer

TOO_OFTEN = "今天开具的次数已达上限，请明天再来。"


@require_POST
@guardian_page
def transcript(request, uuid):
    """The guardian asks for the transcript; the answer is its PDF."""
    student = own_child(uuid)
    plain_question.limit("transcript", str(request.user.pk), most=10, seconds=86_400, sentence=TOO_OFTEN)
    now = timezone.now()
    paper = actions.transcript_as_guardian(student, by=request.user, at=now)
    return transcript_answer(student, paper, now)


@require_POST
@guardian_page
def credential_new(request, uuid):
    student = own_child(uuid)
    form = CredentialForm(request.POST, awards=queries.awards_reached(student))
    if not form.is_valid():
        raise Refused("请在孩子的页面上选择要签发的凭证。")
    plain_question.limit("credential", str(request.user.pk), most=10, seconds=86_400, sentence=TOO_OFTEN)
    actions.ask_credential(
        student,
        award=form.award,
        key=form.cleaned_data["key"],
        by=request.user,
        at=timezone.now(),
    )
    messages.success(request, "已签发，可以下载。")
    return redirect("guardian:child", uuid=student.uuid)


@require_safe
@guardian_page
def credential(request, uuid, credential):
    """The signed file of a credential."""
    student = own_child(uuid)
    found = get_object_or_404(student.credentials.select_related("paper"), uuid=credential)
    audit.record(found, "download", by=request.user)
    answer = HttpResponse(actions.signed(found), content_type="application/vc+jwt")
    answer["Content-Disposition"] = content_disposition_header(True, f"{found.paper.number}.jwt")
    return answer


# --- Rights ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@guardian_page
def right_new(request, uuid):
    student = own_child(uuid)
    form = RightsForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = actions.ask_right(student, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已提交学校办理。")
            return redirect("guardian:right", uuid=made.uuid)
    context = {
        "student": student,
        "form": form,
        "crumbs": child_crumbs(student, ("查阅、复制、更正、删除", "")),
    }
    return render(
        request, "youth_credits/guardian_right_new.html", context, status=422 if form.is_bound else 200
    )


def _request(uuid) -> RightsRequest:
    found = RightsRequest.objects.select_related(
        "student__school", "organization__region", "region", "created_by"
    )
    return get_object_or_404(found, uuid=uuid)


@require_safe
@guardian_page
def right(request, uuid):
    asked = _request(uuid)
    context = {
        "asked": asked,
        "has_copy": _has_copy(asked),
        "may_withdraw": "withdraw" in {name for name, _ in RIGHTS.open_to(request.user, asked)},
        "timeline": RIGHTS.timeline(asked),
        "crumbs": [*CRUMBS, (str(asked), "")],
    }
    return render(request, "youth_credits/guardian_right.html", context)


def _has_copy(asked: RightsRequest) -> bool:
    return asked.status == RightsRequest.Status.GRANTED and asked.kind in (
        RightsRequest.Kind.ACCESS,
        RightsRequest.Kind.COPY,
    )


@require_safe
@guardian_page
def right_copy(request, uuid):
    """Everything the portal has of the child, as a workbook; there once the request was granted."""
    asked = _request(uuid)
    if not _has_copy(asked):
        raise Http404("学校办理后才能下载。")
    audit.exported("youth_credits.child", 1, by=request.user, note=str(asked))
    return workbook(sheets.child_workbook(asked.student), f"个人信息副本-{asked.pk}.xlsx")


@require_POST
@guardian_page
def right_withdraw(request, uuid):
    asked = _request(uuid)
    actions.withdraw_right(asked, by=request.user, at=timezone.now())
    messages.success(request, "已撤回请求。")
    return redirect("guardian:right", uuid=asked.uuid)
