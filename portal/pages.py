"""Pages made of several apps: home, global search, the personal desk. Reads queries only."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def home(request):
    return render(request, "portal/home.html")


@login_not_required
@require_safe
def search(request):
    return render(request, "portal/search.html")


@require_safe
def desk(request):
    return render(request, "portal/desk.html")
