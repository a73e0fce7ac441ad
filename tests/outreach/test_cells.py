"""An application kept cell by cell: by several people of a body at once, nothing lost."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from outreach.actions import applications as actions
from outreach.actions.cells import Typed, save_cells
from outreach.actions.evidence import write_evidence
from outreach.models import Application, ApplicationCell
from outreach.queries.cells import cell_text
from portal.audit import AuditEntry
from portal.errors import Refused
from portal.roles import Role
from portal.templatetags.portal_tags import cn_date
from tests.concurrency import at_once
from tests.factories import OrganizationFactory, RegionFactory, UserFactory
from tests.outreach.factories import ApplicationFactory, RoundFactory

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def draft(city, unit, unit_clerk):
    round = RoundFactory(region=city)
    return actions.begin_application(round, unit, category="venue", key=uuid.uuid4(), by=unit_clerk)


@pytest.fixture
def colleague(unit):
    return UserFactory(name="钱同事", holding=(Role.UNIT, unit))


def keep(draft, by, **cells):
    """Each cell as (value, what the page had shown); a value alone was typed over an empty cell."""
    typed = {
        name: Typed(*value) if isinstance(value, tuple) else Typed(value, "") for name, value in cells.items()
    }
    return save_cells(draft, typed, by=by, at=timezone.now())


def stored(draft) -> Application:
    return Application.objects.get(pk=draft.pk)


def test_one_cell_is_kept_and_the_others_stay(draft, unit_clerk):
    saved = keep(draft, unit_clerk, books=12)

    assert saved.kept == ["books"]
    assert (stored(draft).books, stored(draft).boards, stored(draft).revision) == (12, None, 2)
    cell = ApplicationCell.objects.get(application=draft)
    assert (cell.name, cell.changed_by) == ("books", unit_clerk)


def test_two_people_at_different_cells_lose_nothing(draft, unit_clerk, colleague):
    keep(draft, unit_clerk, books=12)
    keep(draft, colleague, boards=7)

    assert (stored(draft).books, stored(draft).boards) == (12, 7)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_the_same_moment_lose_nothing(draft, unit_clerk, colleague):
    at_once(
        lambda: keep(Application.objects.with_all().get(pk=draft.pk), unit_clerk, books=12),
        lambda: keep(Application.objects.with_all().get(pk=draft.pk), colleague, boards=7),
    )

    assert (stored(draft).books, stored(draft).boards, stored(draft).revision) == (12, 7, 3)


def test_who_typed_over_a_colleagues_value_is_told_both_and_the_name(draft, unit_clerk, colleague):
    keep(draft, colleague, books=12)

    saved = keep(draft, unit_clerk, books=15, boards=3)

    assert saved.kept == ["boards"]
    assert "钱同事" in saved.conflicts["books"].sentence
    assert "改为“12”，您填的是“15”" in saved.conflicts["books"].sentence
    assert stored(draft).books == 12


def test_whoever_has_seen_the_other_value_may_replace_it(draft, unit_clerk, colleague):
    keep(draft, colleague, books=12)

    keep(draft, unit_clerk, books=(15, "12"))

    assert stored(draft).books == 15


def test_two_who_type_the_same_have_no_conflict(draft, unit_clerk, colleague):
    keep(draft, colleague, books=12)

    assert keep(draft, unit_clerk, books=12).kept == ["books"]


def test_a_cell_that_does_not_fit_says_why_and_the_others_are_kept(draft, unit_clerk):
    saved = keep(draft, unit_clerk, building_area=100, exhibition_area=200, books=1)

    assert saved.refused == {"exhibition_area": "展教面积不能大于建筑面积。"}
    assert (stored(draft).building_area, stored(draft).exhibition_area, stored(draft).books) == (100, None, 1)


def test_cells_that_only_fit_together_are_kept_together(draft, unit_clerk):
    keep(draft, unit_clerk, building_area=100, exhibition_area=90)

    keep(draft, unit_clerk, exhibition_area=(300, "90"), building_area=(400, "100"))

    assert (stored(draft).building_area, stored(draft).exhibition_area) == (400, 300)


def test_many_cells_at_once_are_kept_by_few_queries(draft, unit_clerk, django_assert_max_num_queries):
    counts = ("full_time_staff", "part_time_staff", "volunteers", "leaflets", "exhibits", "boards", "books")

    with django_assert_max_num_queries(40):
        saved = keep(draft, unit_clerk, **dict.fromkeys(counts, 3), contact="李四", summary="开放日")

    assert set(saved.kept) == {*counts, "contact", "summary"}


def test_a_cell_is_not_less_than_what_the_portal_counted(draft, unit, unit_clerk):
    year = draft.round.data_year
    write_evidence({unit.pk: 777}, item="visitors", year=year, source="本平台", at=timezone.now())

    saved = keep(draft, unit_clerk, visitors=776)

    assert saved.refused == {"visitors": "不能少于平台已统计的 777。"}


def test_what_was_handed_in_keeps_no_cell(city, unit, unit_clerk):
    case = ApplicationFactory(round=RoundFactory(region=city), organization=unit, handed_in=True)

    with pytest.raises(Refused, match="不能再修改"):
        keep(case, unit_clerk, books=(1, "500"))


def test_another_body_fills_no_cell(draft):
    stranger = UserFactory(holding=(Role.UNIT, OrganizationFactory(region=RegionFactory())))

    with pytest.raises(PermissionDenied):
        keep(draft, stranger, books=1)


def test_the_trail_hides_a_phone_that_was_kept_by_itself(draft, unit_clerk):
    keep(draft, unit_clerk, phone=("13900139000", cell_text(draft, "phone")))

    entry = AuditEntry.objects.filter(subject_id=str(draft.pk), action="change").latest("pk")
    assert "13900139000" not in str(entry.changes)


def test_the_database_keeps_one_filler_of_a_cell(draft, unit_clerk, colleague):
    keep(draft, unit_clerk, books=1, boards=2)

    with pytest.raises(IntegrityError, match="application_cell_once"), transaction.atomic():
        ApplicationCell.objects.filter(name="boards").update(name="books")


# --- The page ---------------------------------------------------------------------------------------


def send(client, draft, **data):
    return client.post(reverse("titles_desk:case_cells", args=[draft.pk]), data)


def test_the_page_is_told_when_a_cell_was_kept_and_what_colleagues_filled(
    client, draft, unit_clerk, colleague
):
    keep(draft, colleague, boards=7)
    client.force_login(unit_clerk, backend=BACKEND)

    told = send(client, draft, **{"v-books": "12", "s-books": ""}).json()

    assert told["saved"].startswith("已保存 ")
    assert (told["cells"]["books"]["text"], told["cells"]["books"]["own"]) == ("12", True)
    assert (told["cells"]["boards"]["text"], told["cells"]["boards"]["who"]) == ("7", "钱同事")


def test_the_page_is_told_what_could_not_be_read(client, draft, unit_clerk):
    client.force_login(unit_clerk, backend=BACKEND)

    told = send(client, draft, **{"v-books": "十二", "v-phone": "12", "v-boards": "3"}).json()

    assert set(told["refused"]) == {"books", "phone"}
    assert told["cells"]["boards"]["text"] == "3"


def test_an_answer_of_yes_or_no_is_kept_by_itself(client, draft, unit_clerk):
    client.force_login(unit_clerk, backend=BACKEND)

    send(client, draft, **{"v-has_pupil_discount": "false", "s-has_pupil_discount": "unknown"})

    assert stored(draft).has_pupil_discount is False


def test_a_page_that_looks_again_hears_only_what_is_new(client, draft, unit_clerk, colleague):
    save_cells(draft, {"books": Typed(1, "")}, by=colleague, at=timezone.now() - timedelta(hours=1))
    client.force_login(unit_clerk, backend=BACKEND)
    address = reverse("titles_desk:case_cells", args=[draft.pk])
    since = client.get(address).json()["at"]

    keep(draft, colleague, boards=2)

    assert list(client.get(address, {"since": since}).json()["cells"]) == ["boards"]


def test_without_script_the_whole_form_leaves_a_colleagues_cells_as_they_are(
    client, draft, unit_clerk, colleague
):
    client.force_login(unit_clerk, backend=BACKEND)
    keep(draft, colleague, boards=7)

    form = {
        "category": "venue",
        "books": "12",
        "seen": 1,
        "s-books": "",
        "s-boards": "",
        "s-category": "venue",
    }
    client.post(reverse("titles_desk:case_edit", args=[draft.pk]), form)

    assert (stored(draft).books, stored(draft).boards) == (12, 7)


def test_without_script_both_values_are_shown_and_the_second_save_decides(
    client, draft, unit_clerk, colleague
):
    client.force_login(unit_clerk, backend=BACKEND)
    keep(draft, colleague, books=9)
    address = reverse("titles_desk:case_edit", args=[draft.pk])

    first = client.post(address, {"category": "venue", "books": "12", "seen": 1, "s-books": ""})
    text = first.content.decode()
    assert first.status_code == 422
    assert "改为“9”，您填的是“12”" in text
    assert 'name="s-books" value="9"' in text
    client.post(address, {"category": "venue", "books": "12", "seen": 1, "s-books": "9"})

    assert stored(draft).books == 12


def test_files_stay_with_their_size_and_day_whoever_goes_on(client, draft, unit_clerk, colleague):
    proves = draft.round.form.gates.filter(needs_file=True).first().code
    upload = SimpleUploadedFile("证明.pdf", b"%PDF-1.4 proof")
    actions.add_file(draft, upload, proves=proves, is_blind=False, by=unit_clerk)
    client.force_login(colleague, backend=BACKEND)

    page = client.get(reverse("titles_desk:case_edit", args=[draft.pk])).content.decode()

    assert "证明.pdf" in page
    assert "14" in page
    assert cn_date(timezone.localdate()) in page


def test_what_the_portal_counts_is_no_cell_of_the_page(client, draft, unit, unit_clerk):
    write_evidence(
        {unit.pk: 266}, item="open_days", year=draft.round.data_year, source="本平台", at=timezone.now()
    )
    client.force_login(unit_clerk, backend=BACKEND)

    page = client.get(reverse("titles_desk:case_edit", args=[draft.pk])).content.decode()
    send(client, draft, **{"v-open_days": "300", "s-open_days": "266"})

    assert 'name="s-books"' in page
    assert 'name="s-open_days"' not in page
    assert stored(draft).open_days is None
