"""Who reads and who keeps which register under /admin/: one table, asked of every page of every register.

A new register fails until it stands in REGISTERS. The pages of the portal itself: tests/test_access.py.
"""

from dataclasses import dataclass
from datetime import date
from itertools import cycle

import pytest
from django.apps import apps

from events.models import Brand, Edition
from outreach.actions import load_reference as load_plan
from portal.synonyms import Synonyms
from tests import world as city
from tests.access.matrix import Page, address_of, ask, patterns
from tests.resources.factories import StartingPlaceFactory, TopicFactory
from tests.resources.needs import ProgrammeFactory
from tests.world import ACTORS


@dataclass(frozen=True)
class Register:
    """The one role that reads, the one that adds and brings in sheets, and the one that changes a record."""

    reads: str
    adds: str = ""
    changes: str = ""


REGISTERS = {
    "portal_organization": Register("staff", "staff", "staff"),
    "portal_region": Register("staff"),
    "portal_synonyms": Register("staff", "staff", "staff"),
    "portal_user": Register("accounts", "accounts", "accounts"),
    "portal_auditentry": Register("auditor"),
    "outreach_title": Register("staff", "staff", "staff"),
    "outreach_titlekind": Register("staff"),
    "outreach_panelmember": Register("staff", "staff", "staff"),
    "outreach_measure": Register("staff", changes="staff"),
    "outreach_target": Register("staff", changes="staff"),
    "talent_person": Register("staff", "staff", "staff"),
    "resources_resource": Register("staff", "staff", "staff"),
    "resources_resourcekind": Register("staff", "staff", "staff"),
    "resources_startingplace": Register("staff", "staff", "staff"),
    "resources_topic": Register("staff", "staff", "staff"),
    "resources_programme": Register("staff", "staff", "staff"),
    "resources_need": Register("staff"),
    "resources_booking": Register("staff"),
    "resources_workattention": Register("staff", "staff", "staff"),
    "resources_workcall": Register("staff"),
    "events_event": Register("staff", "staff", "staff"),
    "events_brand": Register("staff"),
    "events_edition": Register("staff"),
    "youth_credits_rollout": Register("staff", "staff", "staff"),
    "youth_credits_competition": Register("staff", "staff", "staff"),
    "youth_credits_timelimit": Register("staff", "staff", "staff"),
    "youth_credits_consenttext": Register("staff", "staff", "staff"),
    "youth_credits_hoursaward": Register("staff", "staff", "staff"),
    "youth_credits_retentionrule": Register("staff", "staff", "staff"),
    "indicators_figure": Register("staff", "staff", "staff"),
    "indicators_figuresource": Register("staff"),
    "indicators_denominator": Register("staff", "staff", "staff"),
    "indicators_formitem": Register("staff"),
    "indicators_validationrule": Register("staff"),
    "indicators_nationalseries": Register("staff", "staff", "staff"),
    "indicators_literacysurvey": Register("staff", "staff", "staff"),
    "indicators_literacyresult": Register("staff", "staff", "staff"),
}
# Page → who reaches it by reading and by posting: a column of the table, or nobody.
PAGES = {
    "changelist": ("reads", "reads"),
    "history": ("reads", "reads"),
    "change": ("reads", "changes"),
    "add": ("adds", "adds"),
    "delete": ("", ""),
    "export": ("reads", "reads"),
    "import": ("adds", "adds"),
    "process_import": ("", "adds"),
    "sheet_template": ("adds", ""),
    "sheet_faults": ("", "adds"),
}
# What belongs to no register; "" are the old addresses that lead to a record, and all that is not there.
OF_THE_SITE = {
    "index",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "autocomplete",
    "jsi18n",
    "view_on_site",
    "app_list",
    "auth_user_password_change",
    "",
}
# All four work in registers, if not in the same ones.
INSIDE = ("staff", "accounts", "security", "auditor")
# Everybody else is sent away before a register is asked.
OUTSIDE = tuple(who for who in ACTORS if who not in (*INSIDE, "stranger", "no_mfa"))


def registers():
    """(register, page, name, address) of every page of every register."""
    for name, route in patterns():
        if route.startswith("admin/"):
            register, _, page = name.removeprefix("admin:").rpartition("_")
            for longer in ("process_import", "sheet_template", "sheet_faults"):
                if name.endswith(longer):
                    register, page = name.removeprefix("admin:").removesuffix(f"_{longer}"), longer
            yield register, page, name, route


def test_every_register_stands_in_the_table():
    undeclared = {
        name
        for register, page, name, _ in registers()
        if name.removeprefix("admin:") not in OF_THE_SITE and not (register in REGISTERS and page in PAGES)
    }

    assert undeclared == set(), "say in tests/test_register_access.py who reaches these"


def test_no_line_of_the_table_is_left_over():
    assert set(REGISTERS) - {register for register, *_ in registers()} == set()


@pytest.fixture
def world(db):
    load_plan()
    TopicFactory()
    ProgrammeFactory()
    StartingPlaceFactory()
    Synonyms.objects.create(term="科技馆", aliases=["科学馆"])
    Edition.objects.create(
        brand=Brand.objects.create(code="month", name="深圳科普月"),
        year=2026,
        starts_on=date(2026, 9, 1),
        ends_on=date(2026, 9, 30),
    )
    return city.build()


def test_registers_open_for_those_who_keep_them(world):
    clients = {who: world.client(who) for who in ACTORS}
    others, wrong, cells = cycle(OUTSIDE), [], 0
    for register, page, name, route in registers():
        if register not in REGISTERS:
            continue
        thing = apps.get_model(*register.rsplit("_", 1)).objects.order_by("pk").first()
        assert thing is not None, f"no record in {register}: nothing would be asked"
        address = address_of(name, route, Page(), thing)
        # The door is the same for all pages: everybody knocks at the list, two of them at each other page.
        outside = OUTSIDE if page == "changelist" else (next(others), next(others))
        for who in (*INSIDE, "stranger", "no_mfa", *outside):
            for method in ("GET", "POST"):
                answer = ask(clients[who], method, address)
                cells += 1
                right = _right(REGISTERS[register], page, who, method)
                if answer.kind != right:
                    wrong.append(f"{method} {name} as {who}: {answer.status} {answer.kind}, not {right}")

    print(f"{cells} cells")
    assert not wrong, "\n".join(wrong)
    assert cells >= 2_000


def _right(register: Register, page: str, who: str, method: str) -> str:
    if who == "no_mfa":
        return "factor"
    if who not in INSIDE:
        return "login"
    column = PAGES[page][method == "POST"]
    return "open" if column and who == getattr(register, column) else "closed"


def test_what_belongs_to_no_register_is_for_those_who_work_in_one(world):
    wrong = []
    for who in ACTORS:
        client = world.client(who)
        for address in ("/admin/", "/admin/jsi18n/"):
            right = "factor" if who == "no_mfa" else "open" if who in INSIDE else "login"
            if (answer := ask(client, "GET", address)).kind != right:
                wrong.append(f"{address} as {who}: {answer.status}, not {right}")
        for address in ("/admin/r/1/1/", "/admin/nothing/", "/admin/password_change/"):
            answer = ask(client, "POST", address)
            if answer.kind == "fault" or (answer.status == 200 and who not in INSIDE):
                wrong.append(f"{address} as {who}: {answer.status}")
    assert not wrong, "\n".join(wrong)


def test_nobody_sets_another_persons_password(world):
    person = world.people["unit"]
    for who in INSIDE:
        assert ask(world.client(who), "POST", f"/admin/portal/user/{person.pk}/password/").status == 404
