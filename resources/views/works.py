"""Works as the public reads them, and the year's plan at the desk."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal import audit
from portal.keyset import page_by_key
from portal.roles import Perm
from portal.sheets import Column, Page, write_workbook
from resources.models import WorkApplication, WorkCall
from resources.queries import works as queries
from resources.rules.works import yuan

MOST_EXPORTED = 5000


def _year(request) -> int | None:
    year = request.GET.get("year", "")
    return int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else None


# --- Public ---------------------------------------------------------------------------------------


@login_not_required
@require_safe
def call_list(request):
    now = timezone.now()
    page = page_by_key(
        queries.public_calls(),
        order=queries.CALL_ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=20,
    )
    context = {
        "cards": [(call, *call.state(now)) for call in page.rows],
        "page": page,
    }
    return render(request, "resources/work_calls.html", context)


@login_not_required
@require_safe
def call_page(request, code):
    call = get_object_or_404(queries.public_calls(), code=code)
    now = timezone.now()
    state, words = call.state(now)
    supported = queries.supported_works().filter(call=call).order_by("title", "pk")
    may_apply = request.user.is_authenticated and request.user.can(Perm.WORK_APPLY)
    is_open = call.is_open(now)
    context = {
        "call": call,
        "state": state,
        "state_words": words,
        "facts": call_facts(call),
        "criteria": queries.criteria_of(call),
        "supported": [(work, *queries.stage_of(work)) for work in supported],
        "apply_url": reverse("works_desk:apply", args=[call.code]) if is_open else "",
        "may_apply": may_apply,
    }
    return render(request, "resources/work_call_page.html", context)


def call_facts(call: WorkCall) -> list[tuple[str, object]]:
    topics = "、".join(topic.name for topic in call.topics.all())
    return [
        ("作品类型", queries.kind_names(call.kinds)),
        ("面向人群", call.audience_names),
        ("科普主题", topics or "不限"),
        ("支持经费总额", yuan(call.budget_yuan)),
        ("每项最高", yuan(call.most_yuan)),
    ]


@login_not_required
@require_safe
def supported_list(request):
    """What was supported: the public part of the year's plan."""
    year = _year(request)
    page = page_by_key(
        queries.supported_works(year=year),
        order=queries.PLAN_ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "rows": [(work, *queries.stage_of(work)) for work in page.rows],
        "page": page,
        "tabs": _year_tabs(year, queries.years()),
        "year": year,
    }
    return render(request, "resources/work_supported.html", context)


def _year_tabs(chosen: int | None, years: list[int]) -> list[dict]:
    tabs = [{"label": "全部", "url": "?", "current": chosen is None}]
    return tabs + [
        {"label": f"{year} 年", "url": f"?year={year}", "current": chosen == year} for year in years
    ]


# --- The plan at the desk -------------------------------------------------------------------------


def _check_viewer(request) -> None:
    if not request.user.can(Perm.WORK_VIEW):
        raise PermissionDenied("您没有查看作品申报的权限。")


@require_safe
def work_list(request):
    """The year's publishing plan for staff; a unit's own works."""
    _check_viewer(request)
    now, year = timezone.now(), _year(request)
    stage = request.GET.get("stage", "") if request.GET.get("stage") in queries.STAGES else ""
    page = page_by_key(
        queries.works_at_desk(request.user, year=year, stage=stage),
        order=queries.PLAN_ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    counts = queries.stage_counts(request.user, year=year)
    asked = f"&year={year}" if year else ""
    stages = {"": "全部", **{code: words for code, (words, _) in queries.STAGES.items()}}
    may_manage = request.user.can(Perm.WORK_MANAGE)
    buttons = [("导出 Excel", f"{reverse('works_desk:export')}?stage={stage}{asked}", "")]
    if may_manage:
        buttons = [("征集管理", reverse("works_desk:calls"), ""), *buttons]
    buttons.append(("合同节点", reverse("works_desk:milestones"), ""))
    context = {
        "rows": [(work, *queries.stage_of(work)) for work in page.rows],
        "page": page,
        "tabs": [
            {
                "label": words,
                "url": f"?stage={code}{asked}",
                "current": stage == code,
                "count": counts[code],
            }
            for code, words in stages.items()
            if counts[code] or code in ("", stage)
        ],
        "years": queries.years(),
        "year": year,
        "stage": stage,
        "open_calls": list(WorkCall.objects.open(now).order_by("closes_at", "pk")),
        "may_apply": request.user.can(Perm.WORK_APPLY),
        "may_manage": may_manage,
        "actions": buttons,
    }
    return render(request, "resources/work_list.html", context)


PLAN_COLUMNS = (
    "申报编号",
    "年度",
    "征集",
    "作品名称",
    "作品类型",
    "申报单位",
    "状态",
    "申请经费（元）",
    "批准经费（元）",
    "评审得分",
    "合同编号",
    "完成日期",
)


@require_safe
def work_export(request):
    """The plan as a workbook: what the list shows, without people."""
    _check_viewer(request)
    stage = request.GET.get("stage", "")
    works = queries.works_at_desk(request.user, year=_year(request), stage=stage)
    rows = queries.plan_rows(works.order_by(*queries.PLAN_ORDER)[:MOST_EXPORTED])
    answer = HttpResponse(
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": 'attachment; filename="works.xlsx"'},
    )
    columns = [Column(header=header, width=16) for header in PLAN_COLUMNS]
    write_workbook(answer, [Page(name="作品出版计划", columns=columns, rows=rows)])
    audit.exported(WorkApplication._meta.label, len(rows), by=request.user)
    return answer
