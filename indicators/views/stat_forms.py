"""The desk's pages of statistics forms: versions, a new one from a workbook, published from a day on."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators.actions import stat_forms as actions
from indicators.forms import returns as forms
from indicators.models import FormItem, StatForm
from indicators.queries import stat_forms as queries
from indicators.sheets import stat_forms as sheets
from indicators.views.returns import DESK, LIST
from portal.errors import Refused
from portal.roles import Perm
from portal.sheets import SheetRefused

FORMS = ("报表版本", "/desk/returns/forms/")
FAULTS_SHOWN = 200


def _require_keeper(request) -> None:
    if not request.user.can(Perm.RETURN_REVIEW):
        raise PermissionDenied("市科协工作人员可以管理报表版本。")


def _form(request, pk: int) -> StatForm:
    _require_keeper(request)
    return get_object_or_404(StatForm, pk=pk)


@require_safe
def form_list(request):
    """Every form with its versions: what is in force, from when, and what is being drafted."""
    _require_keeper(request)
    context = {"forms": queries.versions(), "crumbs": [DESK, LIST, (FORMS[0], "")]}
    return render(request, "indicators/form_list.html", context)


@require_safe
def form_detail(request, pk):
    """One version: its items, its rules, what it changes; a draft is published or dropped here."""
    form = _form(request, pk)
    return _show(request, form, forms.PublishFormForm())


def _show(request, form: StatForm, publish_form, status: int = 200):
    differences = queries.differences(form)
    context = {
        "form": form,
        "items": form.items.select_related("parent").order_by("position"),
        "rules": queries.rule_texts(form),
        "differences": differences,
        "lost": f"{'、'.join(differences.lost_to_the_index)}。启用后这些指标将缺数据，请先改指数的方法。",
        "publish_form": publish_form,
        "periods": form.periods.order_by("-year", "-part"),
        "crumbs": [DESK, LIST, FORMS, (str(form), "")],
    }
    return render(request, "indicators/form_detail.html", context, status=status)


@require_safe
def form_workbook(request, pk):
    """The version as a workbook, to be changed and uploaded as the next."""
    form = _form(request, pk)
    answer = HttpResponse(
        sheets.form_workbook(form),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="form-{form.code}-{form.version}.xlsx"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def form_next(request, pk):
    """A new version of this form from a workbook: a draft of all of it, or its faults by row."""
    form = _form(request, pk)
    asked, found = forms.FormSheetForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and asked.is_valid():
        try:
            found = sheets.read_form(asked.cleaned_data["sheet"])
            if found.is_sound:
                draft = actions.draft_form(
                    form.code, found.items, found.rules, basis=asked.cleaned_data["basis"], by=request.user
                )
                messages.success(request, "已存为草稿。请核对下面的项目和规则，再定启用日期。")
                return redirect(draft)
            asked.add_error("sheet", f"有 {len(found.faults)} 处须改正，没有存入；请改好后再传。")
        except (SheetRefused, Refused) as refusal:
            asked.add_error("sheet", str(refusal))
    context = {
        "form": form,
        "draft": StatForm.objects.drafts().filter(code=form.code).first(),
        "asked": asked,
        "found": found,
        "faults": found.faults[:FAULTS_SHOWN] if found else [],
        "read": [FormItem(key=row.key, name=row.name, unit=row.unit) for row in found.items] if found else [],
        "crumbs": [DESK, LIST, FORMS, (f"{form.name}：新版", "")],
    }
    return render(request, "indicators/form_next.html", context, status=422 if asked.errors else 200)


@require_POST
def form_publish(request, pk):
    """Publish a draft from a day on."""
    form = _form(request, pk)
    asked = forms.PublishFormForm(request.POST)
    if asked.is_valid():
        try:
            form = actions.publish_form(form, valid_from=asked.cleaned_data["valid_from"], by=request.user)
        except Refused as refusal:
            asked.add_error("valid_from", str(refusal))
        else:
            messages.success(request, f"{form}自{form.valid_from:%Y年%-m月%-d日}起启用。")
            return redirect(form)
    return _show(request, form, asked, status=422)


@require_POST
def form_drop(request, pk):
    """Throw a draft away."""
    form = _form(request, pk)
    actions.drop_draft_form(form, by=request.user)
    messages.success(request, f"{form}的草稿已删除。")
    return redirect("indicators_desk:forms")
