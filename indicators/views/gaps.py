"""The plan's gaps beside the indicators that show them: for everybody, and where they are chosen."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from indicators.actions.gaps import link_gap
from indicators.actions.target_figures import link_target
from indicators.forms.gaps import GapIndicatorsForm
from indicators.forms.target_figures import TargetFigureForm
from indicators.queries.gaps import gap_list, gap_to_link, indicators_to_choose
from indicators.queries.target_figures import figures_to_choose, targets_with_figures
from indicators.sources import plan_on
from portal.calendar import local_today
from portal.errors import Refused
from portal.roles import Perm

TITLE = "差距与指标"


@login_not_required
@require_safe
def gaps_page(request):
    """Every gap with the measures against it and what its indicators came to."""
    found = gap_list()
    context = {
        "found": found,
        "targets": targets_with_figures(found.plan),
        "may_choose": request.user.is_authenticated and request.user.can(Perm.INDEX_COMPUTE),
        "crumbs": [("首页", "/"), ("科普发展指数", "/index/"), (TITLE, "")],
    }
    return render(request, "indicators/gaps.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def target_figure(request, pk):
    """Choose the figure by which one target of the plan is counted."""
    if not request.user.can(Perm.INDEX_COMPUTE):
        raise PermissionDenied("市科协工作人员可以选择规划目标的取数。")
    found = next((one for one in targets_with_figures(plan_on(local_today())) if one.target.pk == pk), None)
    if found is None:
        raise Http404("现行规划没有这项目标。")
    form = TargetFigureForm(
        request.POST if request.method == "POST" else None,
        figures=figures_to_choose(),
        initial={"figure": found.figure},
    )
    if form.is_bound and form.is_valid():
        try:
            link_target(found.target, form.cleaned_data["figure"], by=request.user)
        except Refused as fault:
            form.add_error("figure", str(fault))
        else:
            messages.success(request, f"已保存“{found.target.name}”的取数。")
            return redirect("indicators:gaps")
    context = {
        "form": form,
        "target": found.target,
        "crumbs": [
            ("首页", "/"),
            ("科普发展指数", "/index/"),
            (TITLE, reverse("indicators:gaps")),
            (found.target.name, ""),
        ],
    }
    return render(request, "indicators/target_figure.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def gap_indicators(request, pk):
    """Choose the indicators beside one gap."""
    if not request.user.can(Perm.INDEX_COMPUTE):
        raise PermissionDenied("市科协工作人员可以选择差距对应的指标。")
    found = gap_to_link(pk)
    if found is None:
        raise Http404("现行规划没有这项差距。")
    gap, held = found
    form = GapIndicatorsForm(
        request.POST if request.method == "POST" else None,
        indicators=indicators_to_choose(),
        initial={"indicators": held},
    )
    if form.is_bound and form.is_valid():
        try:
            link_gap(gap, form.cleaned_data["indicators"], by=request.user)
        except Refused as fault:
            form.add_error("indicators", str(fault))
        else:
            messages.success(request, f"已保存“{gap.name}”对应的指标。")
            return redirect("indicators:gaps")
    context = {
        "form": form,
        "gap": gap,
        "crumbs": [
            ("首页", "/"),
            ("科普发展指数", "/index/"),
            (TITLE, reverse("indicators:gaps")),
            (gap.name, ""),
        ],
    }
    return render(request, "indicators/gap_indicators.html", context, status=422 if form.errors else 200)
