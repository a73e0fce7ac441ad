"""What the drill of times does inside the portal of its own."""

import json
import secrets
import statistics
import time
import uuid
from collections.abc import Callable

from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.accounts import Grant, User
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import Role
from portal.scope import scope
from youth_credits.models import Batch

SHARE_ACCOUNTS, SHARE_RECORDS = 0.10, 0.20


def run(*, tries: int) -> None:
    """Prints as JSON, for each question, two medians in seconds and how far they may be apart."""
    region = Region.objects.districts()[0]
    own, other = (
        Organization.objects.create(name=f"演练学校{number}（示例）", kind="school", region=region)
        for number in range(2)
    )
    people = [
        User(username=f"drill-{number}", name="演练（示例）", email=f"drill-{number}@example.org")
        for number in range(tries)
    ]
    people[0].set_password(secrets.token_urlsafe(16))
    for person in people[1:]:
        person.password = people[0].password
    people = User.objects.bulk_create(people)
    Grant.objects.create(user=people[0], role=Role.SCHOOL, organization=own)
    with scope(f"school:{other.pk}"):
        theirs = Batch.objects.create(
            kind="credits", status="checked", region=region, organization=other, created_by=people[1]
        )
    clerk = Client()
    clerk.force_login(people[0])
    batch = reverse("youth_credits:batch_detail", args=[theirs.uuid])
    nothing = reverse("youth_credits:batch_detail", args=[uuid.uuid4()])
    seen = {
        "sign-in": (*_medians(tries, *_ways("account_login", "login", "{}")), SHARE_ACCOUNTS),
        "reset": (
            *_medians(tries, *_ways("account_reset_password", "email", "{}@example.org")),
            SHARE_ACCOUNTS,
        ),
        "record": (
            *_medians(tries, lambda number: clerk.get(batch), lambda number: clerk.get(nothing)),
            SHARE_RECORDS,
        ),
    }
    print(json.dumps(seen))


def _ways(page: str, field: str, written: str) -> list[Callable]:
    """A form sent with a known and with an unknown name, each try from an address of its own."""

    def sent(place: int, name: str) -> Callable:
        def send(number: int):
            address = f"10.{place}.{number // 250}.{number % 250 + 1}"
            values = {field: written.format(f"{name}{number}"), "password": "not-the-password-2026"}
            return Client().post(reverse(page), values, REMOTE_ADDR=address)

        return send

    return [sent(1, "drill-"), sent(2, "nobody")]


def _medians(tries: int, *ways: Callable) -> list[float]:
    """The median seconds of each way, asked in turn; all must answer alike."""
    times: list[list[float]] = [[] for _ in ways]
    statuses = set()
    for number in range(-5, tries):  # the first few warm up
        for place, way in enumerate(ways):
            if number % 50 == 0:
                cache.clear()  # the limit of an address is not what is measured
            began = time.perf_counter()
            answer = way(max(number, 0))
            took = time.perf_counter() - began
            statuses.add(answer.status_code)
            if number >= 0:
                times[place].append(took)
    if len(statuses) != 1:
        raise RuntimeError(f"the answers differ: {statuses}")
    return [statistics.median(each) for each in times]
