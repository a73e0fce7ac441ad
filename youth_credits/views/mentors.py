"""The page of a mentor: the projects of the children in their care, and nothing else of these."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal import audit
from portal.scope import scope
from youth_credits import queries


@require_safe
def mentored(request):
    """Each running development with its projects; whoever opens the page has looked at all: it is logged."""
    with scope(f"mentor:{request.user.pk}"):
        found = queries.mentored(request.user)
        for nomination in found:
            audit.viewed(nomination, by=request.user, reason="导师查看课题")
        context = {"nominations": found, "crumbs": [("工作台", "/desk/"), ("培养课题", "")]}
        return render(request, "youth_credits/mentored.html", context)
