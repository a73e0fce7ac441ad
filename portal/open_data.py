"""The page that says which data are open, in which form, and under which terms."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.api import api
from portal.licences import open_data_licence


@login_not_required
@require_safe
def open_data(request):
    described = api.get_openapi_schema()["paths"]
    sets = [
        {"address": address, "name": methods["get"]["summary"]}
        for address, methods in sorted(described.items())
        if "get" in methods and "{" not in address
    ]
    return render(request, "portal/open_data.html", {"sets": sets, "licence": open_data_licence()})
