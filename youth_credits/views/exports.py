"""Exports of a school's own data: asked for, written in the background, fetched with a second factor."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal import audit, files
from portal.keyset import page_by_key
from portal.roles import Perm
from youth_credits import actions, queries
from youth_credits.forms.exports import ExportForm
from youth_credits.views.access import crumbs, school_page, second_factor_first


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_VIEW)
@second_factor_first
def export_list(request, school):
    form = ExportForm(request.POST or None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        actions.ask_export(
            school, kind=said["kind"], school_year=said["school_year"], key=said["key"], by=request.user
        )
        messages.success(request, "已开始生成，完成后在收件箱通知您。")
        return redirect("youth_credits:export_list")
    page = page_by_key(
        queries.exports(school),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {"form": form, "page": page, "crumbs": crumbs(("导出", ""))}
    return render(request, "youth_credits/export_list.html", context, status=422 if form.is_bound else 200)


@require_safe
@school_page(Perm.CREDIT_VIEW)
@second_factor_first
def export_file(request, school, uuid):
    """The file, decrypted for its own school only; recorded."""
    made = get_object_or_404(queries.exports(school), uuid=uuid)
    if not made.file_id:
        raise Http404
    answer = files.serve(request, made.file_id, rule=lambda user, file: file.organization_id == school.pk)
    audit.viewed(made, by=request.user, reason="下载导出文件")
    return answer
