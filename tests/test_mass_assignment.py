"""A form takes what it offers and nothing else: what is sent beside it changes no row in any other way."""

from django.urls import reverse

from events import views
from events.forms import EventForm
from tests.access.crawl import read
from tests.access.extra import FOREIGN, foreign_values, post_twice, post_with_all_fields, sheet_of
from tests.access.matrix import ask

PEOPLE = ("stranger", "staff", "accounts", "unit", "officer", "education", "school", "verifier", "guardian")


def test_no_form_takes_a_field_that_it_does_not_offer(world):
    found = post_with_all_fields(world, PEOPLE)

    print(f"{len(found.forms)} forms, {len(found.wrote)} of them write")
    assert not found.faults, "\n".join(found.faults)
    assert len(found.forms) >= 60
    assert len(found.wrote) >= 25


def test_a_form_that_binds_more_than_it_shows_is_caught(world, monkeypatch):
    client, event = world.client("unit"), world.things["event"]["here"]
    page, others = reverse("events_desk:edit", args=[event.pk]), foreign_values(world)
    html = ask(client, "GET", page, raw=True).text
    form = next(form for form in read(page, html)[1] if form.action == page and form.method == "post")
    sheet = sheet_of(html, form)

    class Careless(EventForm):
        class Meta(EventForm.Meta):
            fields = (*EventForm.Meta.fields, "source")

    is_written, none = post_twice(client, page, sheet, {}, others)
    monkeypatch.setattr(views, "EventForm", Careless)
    _, faults = post_twice(client, page, sheet, {}, others)

    assert is_written
    assert not none
    assert f"{FOREIGN} in events_event.source" in faults
