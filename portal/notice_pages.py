"""How one wants one's notices: the page of one's own, and the page that the mails lead to."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from portal import account_actions
from portal.accounts import User
from portal.encryption import unsign
from portal.errors import Refused
from portal.notices import STOPPABLE, WAYS, Notice, NoticeChoice, mailed_kinds, ways_of
from portal.senders import MAIL_LINK

HELP = {
    Notice.Kind.TASK: "请您办理、补正或按期提交的事。",
    Notice.Kind.INFO: "审核和评审结果、进展、公告。",
    Notice.Kind.RIGHTS: "与孩子有关的请求、申诉、公示和决定。有法定期限，不能停发邮件。",
}
ALL = "all"


class NoticeForm(forms.Form):
    """One choice for each kind that may be set."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for kind, ways in WAYS.items():
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label,
                help_text=HELP[kind],
                choices=[(way.value, way.label) for way in ways],
                widget=forms.RadioSelect,
            )


@require_http_methods(["GET", "HEAD", "POST"])
def notice_choices(request):
    user = request.user
    form = NoticeForm(request.POST if request.method == "POST" else None, initial=ways_of(user))
    if form.is_valid():
        account_actions.set_notice_ways(user, form.cleaned_data, by=user)
        messages.success(request, "已保存。")
        return redirect("notice_choices")
    return render(request, "portal/notice_choices.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def notice_mail(request, token):
    """Where the mails lead: stop or resume by a button, for mail programs open links by themselves."""
    person = _person_of(token)
    if request.method == "POST":
        kind, is_wanted = request.POST.get("kind", ""), "resume" in request.POST
        if kind == ALL:
            account_actions.set_mail(person, is_wanted, by=None)
        elif kind in STOPPABLE:
            way = NoticeChoice.Way.DAILY if is_wanted else NoticeChoice.Way.INBOX
            account_actions.set_notice_ways(person, {kind: way}, by=None)
        else:
            raise BadRequest("不能停发这一类邮件。")
        said = "全部可停发的消息" if kind == ALL else f"“{Notice.Kind(kind).label}”"
        messages.success(request, f"已{'恢复' if is_wanted else '停止'}发送{said}邮件。")
        return redirect("notice_mail", token=token)
    mailed = mailed_kinds(person)
    context = {
        "kinds": [(kind, kind.label, HELP[kind], kind in mailed) for kind in STOPPABLE],
        "is_all_stopped": not person.wants_digest,
    }
    return render(request, "portal/notice_mail.html", context)


def _person_of(token: str) -> User:
    try:
        key = unsign(token, purpose=MAIL_LINK)
    except Refused as refusal:
        raise Http404(str(refusal)) from refusal
    return get_object_or_404(User, pk=key)
