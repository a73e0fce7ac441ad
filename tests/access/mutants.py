"""The table of access is put to the test itself: each page loses its guards in turn, and it must turn red.

A page is asked by those whom it is closed to: once with every right good everywhere, the rows of every child
in sight and a school's page opened for the school of the record ("scope"), once with any duty good for every
right, that of a school included ("right"), once open to whoever has not signed in ("login"). Where the answer
is another than the table wants, the table has caught it. Where two guards stand side by side nobody could
tell that one of them is gone; there the table must turn red without both.

Not collected with the tests, since it takes minutes: script/drill access.
"""

import re
from collections import Counter
from contextlib import contextmanager
from copy import copy
from itertools import product

import pytest
from django.urls import get_resolver

from portal import scope as row_security
from portal.accounts import User
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import MFA_ROLES, REGISTER_ROLES, Role
from tests.access.matrix import Page, address_of, ask, patterns, post_of, reaches, wanted
from tests.test_access import PAGES
from tests.world import ACTORS, PLACES, World, complete

# What these decide is not whether a page opens but whether a factor is asked for, and who enters /admin/.
KEPT_ROLES = (frozenset(MFA_ROLES), frozenset(REGISTER_ROLES))
# Modules that ask for the scope of a request by name.
ASKING = ("youth_credits.views.access", "youth_credits.views.courses", "youth_credits.views.suspicions")
ANY = ("",)
LEAST_CAUGHT = 0.95
# Pages on which something of a child can stand.
OF_CHILDREN = re.compile(r" of (youth_credits|guardian|oversight|protection):")


@contextmanager
def without_scope(view, thing, *, of=("school:", "guardian:", "base:", "office:")):
    """A right held somewhere is good everywhere, and no row of a child is hidden from those who see some."""
    places_for, scope_of, set_scope = User.places_for, row_security.scope_of, row_security._set
    standing_grants, city = User.standing_grants, Region.objects.city()
    everywhere = ([city.path], list(Organization.objects.values_list("pk", flat=True)))
    school = _school_of(thing)
    if of == ANY:
        school = school or Organization.objects.filter(kind=Organization.Kind.SCHOOL).first().pk

    def of_the_city(user):
        grants = [copy(grant) for grant in standing_grants(user)]
        for grant in grants:
            grant.region = grant.region and city
        return grants

    def wide(user, perm):
        return everywhere if any(places_for(user, perm)) else ([], [])

    def of_the_record(user):
        name = scope_of(user)
        return f"school:{school}" if school and name.startswith(of[0]) else name

    def seen_through(name):
        set_scope("steward" if name.startswith(of) else name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(User, "places_for", wide)
        patch.setattr(User, "standing_grants", of_the_city)
        patch.setattr(row_security, "_set", seen_through)
        for module in ASKING:
            patch.setattr(f"{module}.scope_of", of_the_record)
        yield


def _school_of(thing) -> int | None:
    return getattr(thing, "school_id", None) or getattr(thing, "organization_id", None)


def _school_scope(user, own: Organization | None) -> str:
    """The scope of the record's school, or of any, where somebody holds something; "" where they do not."""
    for grant in user.standing_grants() if user.is_authenticated else ():
        if grant.organization_id:
            return f"school:{grant.organization_id}"
        schools = Organization.objects.filter(kind=Organization.Kind.SCHOOL)
        within = schools.filter(region__path__startswith=grant.region.path).order_by("pk")
        school = within.filter(pk=own.pk).first() if own else within.first()
        if school:
            return f"school:{school.pk}"
    return ""


@contextmanager
def without_right(view, thing):
    """Whoever holds anything at a place holds everything there, and sees what a school there sees."""
    holds, scope_of = User.holds, row_security.scope_of
    own = Organization.objects.select_related("region").filter(pk=_school_of(thing)).first()

    def wide(user, perm):
        held = user.standing_grants()
        return (
            [grant.region.path for grant in held if grant.region_id],
            [grant.organization_id for grant in held if grant.organization_id],
        )

    def any_role(user, *roles):
        is_kept = frozenset(roles) in KEPT_ROLES
        return holds(user, *roles) if is_kept else bool(user.standing_grants())

    def as_a_school(user):
        name = scope_of(user)
        return name if name.startswith("school:") else _school_scope(user, own) or name

    with pytest.MonkeyPatch.context() as patch:
        for module in ("portal.scope", *ASKING):
            patch.setattr(f"{module}.scope_of", as_a_school)
        patch.setattr(User, "places_for", wide)
        patch.setattr(User, "can", lambda user, perm: bool(user.standing_grants()))
        patch.setattr(User, "holds", any_role)
        patch.setattr("youth_credits.views.oversight.roles_with", lambda perm: set(Role))
        yield


@contextmanager
def without_login(view, thing):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "login_required", False, raising=False)
        yield


@contextmanager
def without_both(view, thing):
    """Whoever holds anything holds everything everywhere, and no row of a child is hidden from anybody."""
    with without_right(view, thing), without_scope(view, thing, of=ANY):
        yield


MUTANTS = {"scope": without_scope, "right": without_right, "login": without_login}


def closed_to(world: World, page: Page, mutant: str) -> list[tuple]:
    """(who, method, place, record) for which the page is closed, and might open without that guard."""
    found = []
    things = world.things[page.of] if page.of else {"": None}
    for method, reach in (("GET", page.get), ("POST", page.post)):
        if reach in ("", "*"):
            continue
        for who, (place, thing) in product(ACTORS, things.items()):
            if mutant == "login":
                if who == "stranger" and place in ("", "here"):
                    found.append((who, method, place, thing))
            elif _might_open(world, reach, who, thing, place, mutant):
                found.append((who, method, place, thing))
    return found


def _might_open(world: World, reach: str, who: str, thing, place: str, mutant: str) -> bool:
    if who in ("stranger", "nobody", "disabled", "no_mfa") or reach in ("+", "self"):
        return False
    role, where = post_of(who)
    is_named = any(word.partition("@")[0] == role for word in reach.split())
    is_near = not place or where in (place, "city", "street") or place not in PLACES
    return not reaches(world, reach, who, thing, place) and (is_named if mutant == "scope" else is_near)


def views(resolver=None, spaces: tuple = ()) -> dict[str, object]:
    found = {}
    for entry in (resolver or get_resolver()).url_patterns:
        if hasattr(entry, "url_patterns"):
            found |= views(entry, (*spaces, *filter(None, [entry.namespace])))
        else:
            found[":".join([*spaces, entry.name or ""])] = entry.callback
    return found


@pytest.fixture
def world(world):
    return complete(world)


def test_a_page_without_its_guard_turns_the_table_red(world):
    clients = {who: world.client(who) for who in ACTORS}
    routes, callbacks = dict(patterns()), views()
    caught, lives, held = Counter(), [], 0

    def turns_red(name, page, without, trials) -> bool:
        return any(
            _turns_red(world, clients, name, routes, callbacks, without, page, *trial) for trial in trials
        )

    for name, page in PAGES.items():
        trials = {mutant: closed_to(world, page, mutant) for mutant in MUTANTS}
        for mutant, without in MUTANTS.items():
            if turns_red(name, page, without, trials[mutant]):
                caught[mutant] += 1
            elif not trials[mutant]:
                continue
            elif turns_red(name, page, without_both, trials["scope"] + trials["right"]):
                held += 1
            else:
                lives.append(f"{mutant} of {name}")

    total = sum(caught.values()) + held + len(lives)
    print(
        f"{total} mutants of {len(PAGES)} pages, {sum(caught.values())} caught: {dict(caught)};"
        f" {held} change nothing while a second guard stands, and are caught without both"
    )
    print("\n".join(lives))
    assert sum(caught.values()) >= LEAST_CAUGHT * total
    assert not [one for one in lives if OF_CHILDREN.search(one)]


def _turns_red(world, clients, name, routes, callbacks, without, page, who, method, place, thing) -> bool:
    address = address_of(name, routes[name], page, thing)
    with without(callbacks[name], thing):
        answer = ask(clients[who], method, address, page.sent(thing))
    return answer.kind not in wanted(world, page, address, who, method, thing, place)
