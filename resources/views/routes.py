"""Routes: the public reads, prints and proposes them; the desk builds and decides."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import documents, plain_question
from portal.errors import Refused, add_faults
from portal.fields import NoteForm
from portal.keyset import page_by_key
from portal.maps import About, place_map
from portal.middleware import client_address
from portal.public_pages import public_page
from portal.regions import Region
from portal.roles import Perm
from resources.actions import routes as actions
from resources.forms.routes import RouteForm, RouteProposalForm, StopFormSet, initial_of
from resources.models import ROUTE_REVIEW, Audience, Route, Season
from resources.queries.routes import RouteQuery, duration_words, public_routes, with_stops

# --- Public ---------------------------------------------------------------------------------------


@login_not_required
@require_safe
@public_page
def route_list(request):
    asked = RouteQuery.read(request.GET)
    page = page_by_key(
        asked.routes(),
        order=("-published_at", "-pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=12,
    )
    context = {
        "page": page,
        "cards": [(route, duration_words(route.minutes)) for route in page.rows],
        "asked": asked,
        "seasons": Season.choices,
        "audiences": Audience.choices,
        "districts": Region.objects.districts(),
    }
    return render(request, "resources/route_list.html", context)


def _public_route(code: str) -> Route:
    return get_object_or_404(with_stops(public_routes()), code=code)


@login_not_required
@require_safe
@public_page
def route_detail(request, code):
    route = _public_route(code)
    return render(request, "resources/route_page.html", _told(route))


def _told(route: Route) -> dict:
    """A route with its stops, its length and its map."""
    stops = list(route.stops.all())
    placed = [stop.resource for stop in stops if stop.resource.latitude is not None]
    chart = None
    if placed:
        about = About(name="route", title=f"{route.title}：站点", note="编号为有坐标的站点次序。")
        points = [(row.title, float(row.longitude), float(row.latitude)) for row in placed]
        chart = place_map(about, points)
    return {
        "route": route,
        "stops": stops,
        "duration": duration_words(route.minutes),
        "chart": chart,
        "facts": [
            ("适合季节", route.season_names),
            ("适合人群", route.audience_names),
            ("适合年龄", route.ages),
            ("全程", duration_words(route.minutes)),
            ("站数", f"{len(stops)} 站"),
        ],
    }


@login_not_required
@require_safe
def route_pdf(request, code):
    """The printable guide."""
    route = _public_route(code)
    context = {
        **_told(route),
        "title": route.title,
        "url": request.build_absolute_uri(route.get_absolute_url()),
    }
    context["qr"] = documents.qr(context["url"])
    found = documents.pdf("documents/route_guide.html", context, made_at=route.published_at)
    answer = HttpResponse(found, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="route-{route.code}.pdf"'
    return answer


SENTENCE = "推荐过于频繁，请一小时后再试。"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def route_propose(request):
    form = RouteProposalForm(request.POST or None)
    stops = StopFormSet(request.POST or None, prefix="stops")
    if request.method == "POST" and form.is_valid() and stops.is_valid():
        try:
            plain_question.limit(
                "route-proposal", client_address(request), most=10, seconds=3600, sentence=SENTENCE
            )
            actions.propose_route(stops=stops.stops, **form.values)
        except (Refused, ValidationError) as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "谢谢您的推荐。市科协审核后发布在本页。")
            return redirect("routes:list")
    status = 422 if form.is_bound else 200
    context = {"form": form, "stops": stops}
    return render(request, "resources/route_propose.html", context, status=status)


# --- The desk -------------------------------------------------------------------------------------


@require_safe
def desk_list(request):
    if not request.user.can(Perm.RESOURCE_VIEW):
        raise PermissionDenied("您没有查看线路的权限。")
    status = request.GET.get("status", "")
    status = status if status in Route.Status.values else ""
    routes = Route.objects.for_user(request.user, Perm.RESOURCE_VIEW).select_related("region", "created_by")
    if status:
        routes = routes.filter(status=status)
    page = page_by_key(
        routes, order=("-pk",), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    may_add = request.user.can(Perm.RESOURCE_EDIT)
    context = {
        "page": page,
        "tabs": [
            {"label": label, "url": f"?status={code}", "current": status == code}
            for code, label in [("", "全部"), *Route.Status.choices]
        ],
        "actions": [("新建线路", reverse("routes_desk:new"), "primary")] if may_add else [],
    }
    return render(request, "resources/route_desk_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def desk_form(request, pk=None):
    if not request.user.can(Perm.RESOURCE_EDIT):
        raise PermissionDenied("您没有编辑线路的权限。")
    route = _of_desk(request, pk, Perm.RESOURCE_EDIT) if pk else None
    revision = route.revision if route else None  # as stored, whatever becomes of the form
    form = RouteForm(request.POST or None, instance=route)
    stops = StopFormSet(request.POST or None, prefix="stops", initial=initial_of(route) if route else None)
    if request.method == "POST" and form.is_valid() and stops.is_valid():
        try:
            saved = _save(request, form, stops)
        except (Refused, ValidationError) as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "已保存。")
            return redirect(saved.get_desk_url())
    context = {"form": form, "stops": stops, "route": route, "revision": revision}
    return render(request, "resources/route_form.html", context, status=422 if form.is_bound else 200)


def _save(request, form, stops) -> Route:
    route = form.save(commit=False)
    if route.region_id is None:
        route.region, route.organization = _place_of(request.user)
    seen = request.POST.get("revision", "")
    seen = int(seen) if seen.isdecimal() and len(seen) < 9 else None
    return actions.save_route(route, stops.stops, by=request.user, seen=seen)


def _place_of(user) -> tuple:
    """Where somebody's new route belongs: the city for staff, their unit's region for a unit."""
    own = user.organizations_for(Perm.RESOURCE_EDIT).select_related("region").order_by("pk").first()
    if own is not None and not user.places_for(Perm.RESOURCE_EDIT)[0]:
        return own.region, own
    return Region.objects.city(), None


def _of_desk(request, pk, perm=Perm.RESOURCE_VIEW) -> Route:
    routes = with_stops(Route.objects.for_user(request.user, perm)).select_related("created_by", "region")
    return get_object_or_404(routes, pk=pk)


@require_safe
def desk_detail(request, pk):
    return _shown(request, _of_desk(request, pk), form=NoteForm())


def _shown(request, route: Route, *, form: NoteForm, status: int = 200):
    context = {
        **_told(route),
        "steps": ROUTE_REVIEW.open_to(request.user, route),
        "timeline": ROUTE_REVIEW.timeline(route),
        "form": form,
        "may_edit": Route.objects.for_user(request.user, Perm.RESOURCE_EDIT).filter(pk=route.pk).exists(),
    }
    return render(request, "resources/route_detail.html", context, status=status)


STEPS = {
    "submit": (actions.submit_route, "已提交审核。"),
    "publish": (actions.publish_route, "线路已发布。"),
    "send_back": (actions.return_route, "已退回。"),
    "archive": (actions.archive_route, "线路已下线。"),
    "restore": (actions.restore_route, "已恢复为草稿。"),
}


@require_POST
def desk_step(request, pk, step):
    if step not in STEPS:
        raise Http404("没有这个步骤。")
    route = _of_desk(request, pk, ROUTE_REVIEW.steps[step].needs)
    form, wants_note = NoteForm(request.POST), ROUTE_REVIEW.steps[step].wants_note
    if form.is_valid() and wants_note and not form.cleaned_data["note"]:
        form.add_error("note", f"请写明{ROUTE_REVIEW.steps[step].label}的理由。")
    if not form.is_valid():
        return _shown(request, route, form=form, status=422)
    act, said = STEPS[step]
    act(route, by=request.user, **({"note": form.cleaned_data["note"]} if wants_note else {}))
    messages.success(request, said)
    return redirect(route.get_desk_url())
