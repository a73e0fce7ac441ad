"""Certificates of teams: what was said of them in sheets, and taking it back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import may
from portal.keyset import page_by_key
from portal.roles import Perm
from youth_credits import actions, queries
from youth_credits.models import TeamCertificate
from youth_credits.views.access import crumbs, school_page


@require_safe
@school_page(Perm.CREDIT_VIEW)
def team_list(request, school):
    page = page_by_key(
        queries.team_certificates(school),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "page": page,
        "may_forget": may(request.user, Perm.CREDIT_RECORD, school),
        "crumbs": crumbs(("团队证书", "")),
    }
    return render(request, "youth_credits/team_list.html", context)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def team_forget(request, school, pk):
    said = get_object_or_404(TeamCertificate, school=school, pk=pk)
    actions.forget_team(said, by=request.user)
    messages.success(request, "已取消团队登记，这一证书今后只能登记给一名学生。")
    return redirect("youth_credits:team_list")
