"""The desk's pages of rounds: opening one, extending a return, the board of who has reported what."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators import actions
from indicators.forms import returns as forms
from indicators.models import StatForm
from indicators.queries import board
from indicators.views.returns import DESK, LIST, for_review
from portal.calendar import local_today
from portal.errors import Refused
from portal.roles import Perm


@require_http_methods(["GET", "HEAD", "POST"])
def period_new(request):
    """Open a round for everybody its form is addressed to."""
    if not request.user.can(Perm.RETURN_REVIEW):
        raise PermissionDenied("市科协工作人员可以开启填报。")
    if not StatForm.objects.exists():
        raise Refused("尚未载入统计报表，请联系管理员。")
    form = forms.PeriodForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        period = actions.open_period(**form.cleaned_data, by=request.user)
        count = period.returns.count()
        messages.success(
            request, f"{period}{period.form.name}已开启，{count} 个填报对象会在开始填报当日收到通知。"
        )
        return redirect("indicators_desk:list")
    context = {"form": form, "crumbs": [DESK, LIST, ("开启填报", "")]}
    return render(request, "indicators/period_form.html", context, status=422 if form.errors else 200)


@require_POST
def return_extend(request, pk):
    """Give one reporter more time, with the reason."""
    filing = for_review(request, pk)
    form = forms.ExtendForm(request.POST)
    if not form.is_valid():
        raise Refused("请填写延期日期（如 2027-04-15）和理由（300 字以内）。")
    actions.extend(filing, **form.cleaned_data, by=request.user)
    messages.success(
        request, f"{filing.reporter_name}已延期至{filing.due_on:%Y年%-m月%-d日}，填报人会收到通知。"
    )
    return redirect(filing)


@require_safe
def return_board(request):
    """Completeness and timeliness: reporters by periods of one form, for whoever sees more than their own."""
    if not request.user.can(Perm.RETURN_VIEW):
        raise PermissionDenied("填报单位、区科协和市科协人员可以查看统计填报。")
    chosen = board.forms_seen(request.user)
    code = request.GET.get("form", "")
    form = next((one for one in chosen if one.code == code), chosen[0] if chosen else None)
    shown = board.board(form, request.user, local_today()) if form else None
    context = {
        "forms": chosen,
        "form": form,
        "board": shown,
        "keeps": request.user.can(Perm.RETURN_REVIEW),
        "crumbs": [DESK, LIST, ("完成情况", "")],
    }
    return render(request, "indicators/return_board.html", context)
