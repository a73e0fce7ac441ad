"""Tables that people put together themselves, with an address, files, and a name to keep them under."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from indicators.actions import tables as actions
from indicators.forms.tables import SaveTableForm
from indicators.models import SavedTable
from indicators.queries.index import current_vintage
from indicators.queries.tables import (
    DIMENSIONS,
    MOST_MEASURES,
    SHOWS,
    Built,
    Shelf,
    TableSpec,
    build,
    saved_for,
)
from portal import exhibits
from portal.accounts import may
from portal.regions import Region
from portal.roles import Perm

LONGEST_QUERY = 2000
CRUMBS = [("首页", "/"), ("科普发展指数", "/index/"), ("自选统计表", "")]


def _may_share(request) -> bool:
    return may(request.user, Perm.INDEX_COMPUTE, Region.objects.city())


@login_not_required
@require_safe
def table_page(request):
    """Measures by region and year as the address asks, and the form to ask otherwise."""
    shelf = Shelf.filled(current_vintage(), request.GET.get("area", ""))
    if not shelf.regions:
        return render(request, "indicators/nothing_yet.html", {"crumbs": CRUMBS})
    spec = TableSpec.read(request.GET, shelf)
    return _show(request, shelf, build(spec, shelf), SaveTableForm(may_share=_may_share(request)))


def _show(request, shelf: Shelf, built: Built, form: SaveTableForm, status: int = 200, address: str = ""):
    own, shared = saved_for(request.user)
    context = {
        "built": built,
        "shelf": shelf,
        "choices": shelf.choices(built.spec.measures),
        "dimensions": DIMENSIONS,
        "shows": SHOWS,
        "most": MOST_MEASURES,
        "too_many": len(request.GET.getlist("measure")) > MOST_MEASURES,
        "query": built.spec.query(shelf),
        "form": form if request.user.is_authenticated else None,
        "own": own,
        "shared": shared,
        "may_drop": _may_share(request),
        "crumbs": CRUMBS,
    }
    shown = {"table": built.table, "picture": built.picture}
    return exhibits.respond(request, "indicators/table.html", context, shown, status=status, address=address)


@login_not_required
@require_safe
def table_saved(request, pk):
    """The short address of a kept table."""
    row = get_object_or_404(SavedTable.objects.seen_by(request.user), pk=pk)
    return redirect(f"{reverse('indicators:table')}?{row.query}")


@require_POST
def table_save(request):
    request.GET = QueryDict(request.POST.get("query", "")[:LONGEST_QUERY])
    shelf = Shelf.filled(current_vintage(), request.GET.get("area", ""))
    spec = TableSpec.read(request.GET, shelf)
    form = SaveTableForm(request.POST, may_share=_may_share(request))
    if form.is_valid():
        is_shared = form.cleaned_data.get("is_shared", False)
        query = spec.query(shelf)[:LONGEST_QUERY]
        try:
            row = actions.save_table(
                name=form.cleaned_data["name"], query=query, is_shared=is_shared, by=request.user
            )
        except ValidationError as fault:
            form.add_error("name", fault.messages)
        else:
            messages.success(request, f"已保存“{row.name}”。")
            return redirect(row)
    return _show(request, shelf, build(spec, shelf), form, status=422, address=reverse("indicators:table"))


@require_POST
def table_drop(request, pk):
    row = get_object_or_404(SavedTable.objects.seen_by(request.user), pk=pk)
    actions.drop_table(row, by=request.user)
    messages.success(request, f"已删除“{row.name}”。")
    return redirect("indicators:table")
