"""Staff and the index: nights, the life of vintages, drafting editions, weights from experts."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators import actions
from indicators.actions.editions import Opinion
from indicators.forms import editions as forms
from indicators.models import ComputeRun, Edition, IndicatorVersion, Node, Vintage, WeightOpinion
from indicators.queries import editions
from indicators.queries import index as queries
from indicators.queries.revisions import revision
from indicators.sheets.index import opinion_template, read_opinions
from portal import jobs
from portal.errors import Refused
from portal.keyset import page_by_key
from portal.roles import Perm
from portal.sheets import SheetRefused

DESK = ("工作台", "/desk/")
HOME = ("指数计算", "/desk/index/")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FAULTS_SHOWN = 30


def _require_staff(request) -> None:
    if not request.user.can(Perm.INDEX_COMPUTE):
        raise PermissionDenied("市科协工作人员可以计算和发布指数。")


def _crumbs(*last: tuple[str, str]) -> list[tuple[str, str]]:
    return [DESK, HOME, *last] if last else [DESK, (HOME[0], "")]


# ---------------------------------------------------------------- nights and vintages


@require_safe
def home(request):
    """The latest nights, the vintages kept for publication, the editions."""
    _require_staff(request)
    runs = ComputeRun.objects.select_related("vintage__edition", "by")
    page = page_by_key(
        runs,
        order=("-at", "-pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=15,
    )
    context = {
        "page": page,
        "kept": queries.revisions(),
        "editions": editions.editions(with_drafts=True),
        "pending": jobs.Job.objects.filter(kind="index_night", state__in=["queued", "running"]).exists(),
        "crumbs": _crumbs(),
    }
    return render(request, "indicators/index_desk.html", context)


@require_POST
def compute(request):
    """Have it computed now, in the background; with `full`, everything counted anew."""
    _require_staff(request)
    full = request.POST.get("full") == "1"
    minute = timezone.localtime().strftime("%Y-%m-%d %H:%M")  # a double click is one computation
    jobs.enqueue(
        "index_night",
        key=f"{minute} {'full' if full else 'asked'}",
        payload={"full": full, "by": request.user.pk},
        by=request.user,
        title="全部重新统计并计算指数" if full else "计算指数",
        link=HOME[1],
    )
    messages.success(request, "已开始计算，通常几秒到一分钟，完成后出现在下面的记录里。")
    return redirect("index_desk:home")


@require_safe
def run_page(request, pk):
    """One night: what was done, how long it took, what changed and why."""
    _require_staff(request)
    run = get_object_or_404(ComputeRun.objects.select_related("vintage__edition", "by"), pk=pk)
    earlier = ComputeRun.objects.filter(Q(at__lt=run.at) | Q(at=run.at, pk__lt=run.pk))
    before = earlier.select_related("vintage__edition").order_by("-at", "-pk").first()
    is_new = before is not None and before.vintage_id != run.vintage_id
    context = {
        "run": run,
        "before": before,
        "found": revision(before.vintage, run.vintage) if is_new else None,
        "labels": queries.figure_labels(),
        "crumbs": _crumbs((str(run), "")),
    }
    return render(request, "indicators/run.html", context)


@require_safe
def vintage_page(request, pk):
    """One vintage on its way: freeze, publish, compute again; what it would change in public."""
    _require_staff(request)
    vintage = get_object_or_404(Vintage.objects.select_related("edition", "supersedes", "created_by"), pk=pk)
    return _vintage_page(request, vintage, forms.NoteForm())


def _vintage_page(request, vintage: Vintage, form: forms.NoteForm, status: int = 200):
    public = next((one for one in queries.published_vintages() if one.pk != vintage.pk), None)
    context = {
        "vintage": vintage,
        "form": form,
        "public": public,
        "found": revision(public, vintage) if public and vintage.kind != Vintage.Kind.PUBLISHED else None,
        "checks": list(vintage.rebuild_checks.select_related("by").order_by("-at", "-pk")[:10]),
        "crumbs": _crumbs((f"结果 {vintage.short}", "")),
    }
    return render(request, "indicators/vintage.html", context, status=status)


VINTAGE_STEPS = {
    "freeze": (lambda vintage, note, by: actions.freeze(vintage, note=note, by=by), "已冻结，可以发布。"),
    "thaw": (lambda vintage, note, by: actions.thaw(vintage, note=note, by=by), "已解冻，不再准备发布。"),
    "publish": (
        lambda vintage, note, by: actions.publish(vintage, at=timezone.now(), note=note, by=by),
        "已发布。结果和所用方法不再更改。",
    ),
}


@require_POST
def vintage_step(request, pk, step):
    """Freeze, thaw or publish, each with a note."""
    _require_staff(request)
    vintage = get_object_or_404(Vintage.objects.select_related("edition"), pk=pk)
    if step not in VINTAGE_STEPS:
        raise Http404("没有这一步。")
    form = forms.NoteForm(request.POST)
    if not form.is_valid():
        return _vintage_page(request, vintage, form, status=422)
    act, words = VINTAGE_STEPS[step]
    act(vintage, form.cleaned_data["note"], request.user)
    messages.success(request, words)
    return redirect(vintage)


@require_POST
def rebuild(request, pk):
    """Compute a vintage again from its kept inputs and compare."""
    _require_staff(request)
    vintage = get_object_or_404(Vintage.objects.select_related("edition"), pk=pk)
    check = actions.check_rebuild(vintage, at=timezone.now(), by=request.user)
    if check.is_same:
        messages.success(request, f"复算一致：比对了 {check.figures} 个数值，用时 {check.seconds} 秒。")
    else:
        messages.error(request, f"复算不一致，{len(check.differences)} 处不同，见下。")
    return redirect(vintage)


# ---------------------------------------------------------------- editions


def _draft_or_404(code: str) -> Edition:
    return get_object_or_404(Edition.objects.select_related("predecessor"), code=code, adopted_at=None)


@require_http_methods(["GET", "HEAD", "POST"])
def edition_new(request):
    """Draft a new edition as a copy of one there is."""
    _require_staff(request)
    latest = queries.latest_vintage()
    initial = {"source": editions.edition_in_force(), "link_year": latest.last_year if latest else None}
    form = forms.DraftForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                edition = actions.draft_edition(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error("link_year", str(refusal))
        except IntegrityError:  # somebody was faster with the same code
            form.add_error("code", "已有这个代码的版本，请换一个。")
        else:
            messages.success(request, "草案已建立，可以修改目标值、权重和计数要求。")
            return redirect("index_desk:edition", edition.code)
    context = {"form": form, "crumbs": _crumbs(("起草新版本", ""))}
    return render(request, "indicators/edition_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edition_edit(request, code):
    """A draft: what it says of itself, its pillars and indicators, its weights."""
    _require_staff(request)
    edition = _draft_or_404(code)
    form = forms.EditionForm(request.POST or None, instance=edition)
    if request.method == "POST" and form.is_valid():
        actions.change_edition(edition, form.cleaned_data, by=request.user)
        messages.success(request, "已保存。")
        return redirect("index_desk:edition", code)
    edition.refresh_from_db()
    context = {
        "edition": edition,
        "form": form,
        "nodes": [(node, editions.children_of(node)) for node in edition.nodes.order_by("position")],
        "indicators": edition.indicators.select_related("pillar").order_by("position"),
        "differences": editions.differences(edition),
        "sheet": forms.OpinionSheetForm(),
        "crumbs": _crumbs((edition.name, "")),
    }
    return render(request, "indicators/edition_edit.html", context, status=422 if form.errors else 200)


EDITION_STEPS = {
    "adopt": (
        lambda edition, note, by: actions.adopt(edition, at=timezone.now(), by=by),
        "已启用，今晚起按新版计算。",
    ),
    "recall": (
        lambda edition, note, by: actions.recall(edition, reason=note, by=by),
        "已退回草案，仍按上一版计算。",
    ),
    "discard": (lambda edition, note, by: actions.drop_draft(edition, by=by), "草案已删除。"),
}


@require_POST
def edition_step(request, code, step):
    """Adopt a draft, take an adopted edition back, throw a draft away."""
    _require_staff(request)
    edition = get_object_or_404(Edition, code=code)
    if step not in EDITION_STEPS:
        raise Http404("没有这一步。")
    act, words = EDITION_STEPS[step]
    act(edition, request.POST.get("note", "")[:200], request.user)
    messages.success(request, words)
    return redirect("index_desk:home")


@require_http_methods(["GET", "HEAD", "POST"])
def indicator_edit(request, code, indicator):
    """Goalposts, weight and limits of one indicator of a draft."""
    _require_staff(request)
    edition = _draft_or_404(code)
    one = get_object_or_404(
        IndicatorVersion.objects.select_related("pillar"), edition=edition, code=indicator
    )
    if request.method == "POST" and request.POST.get("drop") == "1":
        actions.drop_indicator(one, by=request.user)
        messages.success(request, f"草案已不含“{one.name}”。")
        return redirect("index_desk:edition", code)
    form = forms.IndicatorForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        fresh = IndicatorVersion.objects.select_related("pillar").get(pk=one.pk)
        try:
            actions.change_indicator(fresh, form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error("goalpost_basis", str(refusal))
        else:
            messages.success(request, "已保存。")
            return redirect("index_desk:edition", code)
    crumbs = _crumbs((edition.name, f"/desk/index/editions/{code}/"), (one.name, ""))
    context = {"edition": edition, "one": one, "form": form, "crumbs": crumbs}
    return render(request, "indicators/indicator_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def indicator_new(request, code):
    """A new indicator for a draft: what is divided by what, between which goalposts."""
    _require_staff(request)
    edition = _draft_or_404(code)
    form = forms.NewIndicatorForm(request.POST or None, edition=edition)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        one = actions.add_indicator(edition, values.pop("pillar"), values, by=request.user)
        messages.success(request, f"已增加“{one.name}”，该领域改回等权，请重新设定权重。")
        return redirect("index_desk:edition", code)
    crumbs = _crumbs((edition.name, f"/desk/index/editions/{code}/"), ("增加指标", ""))
    context = {"edition": edition, "form": form, "crumbs": crumbs}
    return render(request, "indicators/indicator_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def node_edit(request, code, node):
    """A pillar of a draft, and where the weights under it come from."""
    _require_staff(request)
    edition = _draft_or_404(code)
    place = get_object_or_404(Node, edition=edition, code=node)
    form = forms.NodeForm(request.POST or None, instance=place)
    if request.method == "POST" and form.is_valid():
        actions.change_node(Node.objects.get(pk=place.pk), form.cleaned_data, by=request.user)
        messages.success(request, "已保存。")
        return redirect("index_desk:node", code, node)
    place.refresh_from_db()
    return _node_page(request, edition, place, form)


def _node_page(request, edition: Edition, node: Node, form, opinion=None, kind: str = ""):
    context = {
        "edition": edition,
        "node": node,
        "form": form,
        "children": editions.children_of(node),
        "opinions": editions.opinions_of(node),
        "points_form": opinion if kind == "expert" else _opinion_form(node, "expert"),
        "judgments_form": opinion if kind == "ahp" else _opinion_form(node, "ahp"),
        "weighings": Node.Weighing.choices,
        "crumbs": _crumbs((edition.name, f"/desk/index/editions/{edition.code}/"), (node.name, "")),
    }
    failed = form.errors or (opinion is not None and opinion.errors)
    return render(request, "indicators/node_edit.html", context, status=422 if failed else 200)


def _opinion_form(node: Node, kind: str, data=None) -> forms.OpinionForm:
    if kind == WeightOpinion.Kind.POINTS:
        return forms.OpinionForm(data, points=editions.children_of(node), prefix="points")
    return forms.OpinionForm(data, pairs=editions.pairs_of(node), prefix="pairs")


@require_POST
def opinion_give(request, code, node, kind):
    """Keep what one expert said of the weights under a node."""
    _require_staff(request)
    edition = _draft_or_404(code)
    place = get_object_or_404(Node, edition=edition, code=node)
    if kind not in WeightOpinion.Kind.values:
        raise Http404("没有这种方式。")
    form = _opinion_form(place, kind, request.POST)
    if form.is_valid():
        try:
            actions.give_opinion(
                Opinion(place, form.cleaned_data["expert"], kind, form.values), by=request.user
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "专家意见已保存。")
            return redirect("index_desk:node", code, node)
    return _node_page(request, edition, place, forms.NodeForm(instance=place), form, kind)


@require_POST
def opinion_drop(request, code, pk):
    _require_staff(request)
    opinion = get_object_or_404(
        WeightOpinion.objects.select_related("node"), node__edition=_draft_or_404(code), pk=pk
    )
    actions.drop_opinion(opinion, by=request.user)
    messages.success(request, "已删去这条意见。")
    return redirect("index_desk:node", code, opinion.node.code)


@require_POST
def weigh(request, code, node):
    """Set the weights under a node: equal, by points, or by judgments."""
    _require_staff(request)
    place = get_object_or_404(Node, edition=_draft_or_404(code), code=node)
    weighing = request.POST.get("weighing", "")
    if weighing not in Node.Weighing.values:
        raise Refused("请选赋权方法。")
    actions.settle_weights(place, weighing, by=request.user)
    messages.success(request, f"“{place.name}”之下的权重已按“{Node.Weighing(weighing).label}”设定。")
    return redirect("index_desk:node", code, node)


@require_safe
def opinion_sheet(request, code, kind):
    """The template of what experts are asked, for a whole edition."""
    _require_staff(request)
    edition = _draft_or_404(code)
    if kind not in WeightOpinion.Kind.values:
        raise Http404("没有这种方式。")
    answer = HttpResponse(opinion_template(edition, kind), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="weights-{kind}.xlsx"'
    return answer


@require_POST
def opinion_import(request, code):
    """Take a workbook or CSV of what experts said: all of it or nothing."""
    _require_staff(request)
    edition = _draft_or_404(code)
    form, faults = forms.OpinionSheetForm(request.POST, request.FILES), []
    if form.is_valid():
        try:
            found, faults = read_opinions(form.cleaned_data["file"], edition, form.cleaned_data["kind"])
            if not faults:
                count = actions.import_opinions(found, by=request.user)
                messages.success(request, f"已导入 {count} 条专家意见。请到各领域按意见设定权重。")
                return redirect("index_desk:edition", code)
            form.add_error("file", f"有 {len(faults)} 行有错，全部没有导入，请改好后再传。")
        except (SheetRefused, Refused) as refusal:
            form.add_error("file", str(refusal))
    context = {
        "edition": edition,
        "form": form,
        "faults": faults[:FAULTS_SHOWN],
        "crumbs": _crumbs((edition.name, f"/desk/index/editions/{code}/"), ("导入专家意见", "")),
    }
    return render(request, "indicators/opinion_import.html", context, status=422)
