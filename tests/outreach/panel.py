"""A panel for tests: members of the pool, and sheets filled in."""

import re
from decimal import Decimal

from django.test import Client
from django.utils import timezone

from outreach.actions import panel as actions
from outreach.actions import visits
from outreach.models import ApplicationFile, PanelMember, Review, Round
from outreach.queries.panel import criteria_of
from portal import files
from portal.roles import Perm, Role
from tests.factories import OrganizationFactory, UserFactory
from tests.outreach.factories import ApplicationFactory, RoundFactory


def members(city, count: int = 5, **more) -> list[PanelMember]:
    """Experts of the pool, each of a body of their own, who know every category."""
    return [
        PanelMember.objects.create(
            user=UserFactory(holding=(Role.EXPERT, city), mfa=True),
            organization=OrganizationFactory(),
            categories=["venue", "public", "research", "production", "other"],
            **more,
        )
        for _ in range(count)
    ]


def reviewing(city, cases: int = 1, **fields):
    """A round in review with admitted cases."""
    round = RoundFactory(region=city)
    made = [ApplicationFactory(round=round, recommended=True, **fields) for _ in range(cases)]
    type(made[0]).objects.filter(round=round).update(status="admitted")
    Round.objects.filter(pk=round.pk).update(status="reviewing")
    round.refresh_from_db()
    for application in made:
        application.refresh_from_db()
    return round, made


def points_for(review: Review, share: Decimal) -> dict[str, Decimal]:
    """Points near a share of what each line gives, on its ladder."""
    found = {}
    for row in criteria_of(review.application):
        plain = row.plain()
        if plain.how == "ladder":
            found[row.code] = min(plain.ladder, key=lambda step: abs(step - plain.points * share))
        elif plain.how == "range":
            found[row.code] = Decimal(int(plain.points * share * 2)) / 2
    return found


def hand_in(review: Review, share: str = "0.9") -> None:
    review = Review.objects.select_related("member__user", "application__round__scheme").get(pk=review.pk)
    actions.fill_in(
        review,
        points_for(review, Decimal(share)),
        notes={},
        opinion="材料充分。",
        is_done=True,
        by=review.member.user,
    )


def visited(application, staff) -> None:
    """The site visit, done."""
    answers = {item["code"]: ("good", "") for item in application.round.form.visit_items}
    visits.save_visit(
        application,
        visited_on=timezone.localdate(),
        answers=answers,
        measured_area=1200,
        summary="与申报一致。",
        is_done=True,
        by=staff,
    )


def blind_file(application, by, *, is_checked: bool = True) -> ApplicationFile:
    """A file with a telling name that itself names nobody."""
    made = files.made(b"%PDF-1.4 nobody", "海蓝馆证明.pdf", "pdf")
    kept = files.keep(
        made,
        by=by,
        region=application.region,
        organization=application.organization,
        needs=Perm.TITLE_CASE,
    )
    return ApplicationFile.objects.create(
        application=application, proves="1", attachment=kept, is_blind=True, is_checked_blind=is_checked
    )


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def crawl(client, start: str = "/desk/titles/reviews/") -> dict[str, str]:
    """Address → everything the answer says, headers too, of every desk page linked from a list on."""
    found, waiting = {}, [start, "/desk/", "/desk/inbox/"]
    while waiting:
        address = waiting.pop(0)
        if address in found or not address.startswith(("/desk/", "/files/")):
            continue
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[address] = body.decode("utf-8", "replace") + str(dict(answer.headers))
        waiting += re.findall(r'href="([^"#]+)"', found[address])
    return found
