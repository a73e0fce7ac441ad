"""What of a census this person finds: rounds, units, regions; outside one's own nothing is there."""

import re

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from portal.accounts import may
from portal.regions import Level, Region
from portal.roles import Perm
from resources.models import CensusRound, CensusUnit
from resources.queries import census as queries

DESK = ("工作台", "/desk/")
LIST = ("资源普查", "/desk/census/")


def need(request, perm: Perm, words: str) -> None:
    if not request.user.can(perm):
        raise PermissionDenied(words)


def round_of(request, pk: int) -> CensusRound:
    need(request, Perm.CENSUS_VIEW, "您没有查看资源普查的权限。")
    return get_object_or_404(queries.rounds_for(request.user).select_related("region"), pk=pk)


def managed(request, pk: int) -> CensusRound:
    """A round that this person runs; for any other it is not there."""
    asked = round_of(request, pk)
    if not may(request.user, Perm.CENSUS_MANAGE, asked):
        raise Http404
    return asked


def overseen(request, pk: int) -> CensusRound:
    """A round in which this person checks somewhere; for a unit's people the page is not there."""
    asked = round_of(request, pk)
    if not request.user.can(Perm.CENSUS_CHECK):
        raise Http404
    return asked


def unit_of(request, pk: int, perm: Perm = Perm.CENSUS_VIEW) -> CensusUnit:
    return get_object_or_404(queries.units_for(request.user, perm), pk=pk)


def highest(request) -> Region:
    """The widest region in which this person checks."""
    paths = request.user.places_for(Perm.CENSUS_CHECK)[0]
    return Region.objects.select_related("parent").get(path=min(paths, key=len))


def looked_at(request) -> Region:
    """The region asked for, if it lies in one's own; else the widest of one's own."""
    code = request.GET.get("region", "")
    paths = request.user.places_for(Perm.CENSUS_CHECK)[0]
    if re.fullmatch(r"\d{12}", code):
        found = Region.objects.select_related("parent").filter(code=code, level__lt=Level.COMMUNITY).first()
        if found and any(found.path.startswith(path) for path in paths):
            return found
    return highest(request)
