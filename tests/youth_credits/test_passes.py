"""Pass cards: a class at a time, the same numbers again, of a name no more than papers show, audited."""

import io

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from pypdf import PdfReader

from portal.audit import AuditEntry
from portal.errors import Refused
from portal.scope import scope
from tests.youth_credits.factories import enrol, name
from youth_credits import actions, queries
from youth_credits.models import StudentPass


def _print(students, school, by):
    return actions.print_passes(students, school=school, label="五年级1班", by=by)


def test_cards_make_passes_once_and_bear_the_same_numbers_again(students, in_school, school_clerk):
    first = _print(students, in_school, school_clerk)
    again = _print(students, in_school, school_clerk)

    assert [one.number for one in first] == [one.number for one in again]
    assert StudentPass.objects.count() == len(students)
    assert queries.pass_counts(in_school, (5, 1)) == {"heads": 3, "held": 3}


def test_a_card_shows_no_whole_name(students, in_school, school_clerk):
    cards = _print(students, in_school, school_clerk)

    assert [one.name for one in cards] == [one.name_masked for one in students]
    assert all("*" in one.name for one in cards)


def test_each_printing_is_kept_as_an_export(students, in_school, school_clerk):
    _print(students, in_school, school_clerk)

    entry = AuditEntry.objects.get(subject_type="youth_credits.pass_cards")
    assert "五年级1班" in entry.note


def test_cards_are_printed_by_the_children_s_own_school_and_for_somebody(
    students, in_school, school_clerk, other_clerk
):
    with pytest.raises(PermissionDenied):
        _print(students, in_school, other_clerk)
    with pytest.raises(Refused, match="另选班级"):
        _print([], in_school, school_clerk)


def test_the_page_answers_with_a_sheet_of_cards(signed_in, school, school_clerk, rules):
    with scope(f"school:{school.pk}"):
        enrol(school, school_clerk)
    browser = signed_in(school_clerk, factor=True)
    url = reverse("youth_credits:pass_cards")

    page = browser.get(f"{url}?class=5-1").content.decode()
    refused = browser.post(url)
    answer = browser.post(f"{url}?class=5-1")

    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.content)).pages)
    with scope(f"school:{school.pk}"):
        numbers = set(StudentPass.objects.values_list("number", flat=True))
    assert "本班 3 人" in page
    assert refused.status_code == 422
    assert len(numbers) == 3
    assert all(number in text for number in numbers)
    assert name(0) not in text


def test_without_a_second_factor_nothing_is_printed(signed_in, school, school_clerk, rules):
    with scope(f"school:{school.pk}"):
        enrol(school, school_clerk)

    answer = signed_in(school_clerk).post(f"{reverse('youth_credits:pass_cards')}?class=5-1")

    assert answer.status_code == 302
    with scope(f"school:{school.pk}"):
        assert not StudentPass.objects.exists()
