"""From a round's notice to the formal check: who may do what, when, and what the database itself refuses."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from outreach.actions import applications as actions
from outreach.actions import load_reference, rounds
from outreach.actions.evidence import write_evidence
from outreach.actions.reference import load_scheme
from outreach.models import Application, Gate, Round, ScoreForm
from outreach.queries.rounds import gaps, summary_of, titles_waiting
from portal.errors import ChangedMeanwhile, Refused
from portal.notices import Notice
from portal.roles import Role
from tests.factories import OrganizationFactory, RegionFactory, UserFactory
from tests.outreach.factories import FILLED, ApplicationFactory, RoundFactory, TitleFactory, with_proofs


@pytest.fixture
def round(city):
    return RoundFactory(region=city)


@pytest.fixture
def begun(round, unit, unit_clerk):
    return actions.begin_application(round, unit, category="venue", key=uuid.uuid4(), by=unit_clerk)


@pytest.fixture
def filled(round, unit, unit_clerk):
    return with_proofs(ApplicationFactory(round=round, organization=unit), unit_clerk)


def findings(application, **wrong):
    return {
        gate.pk: (gate.code not in wrong, wrong.get(gate.code, ""))
        for gate in Gate.objects.filter(form=application.round.form)
    }


# --- The form ---------------------------------------------------------------------------------------


def test_the_form_of_the_city_has_a_hundred_points():
    load_reference()
    form = ScoreForm.objects.get(scheme__code="city_base")

    assert sum(row.points for row in form.criteria.all()) == 100
    assert form.gates.count() == 7


def test_another_version_leaves_rounds_with_theirs(round):
    data = {
        "scheme": {"code": "city_base"},
        "form": {"version": 2, "name": "新表", "in_force_from": "2027-01-01", "basis": "示例"},
        "gates": [],
        "criteria": [],
        "extras": [],
    }
    before = round.form

    load_scheme(data)

    round.refresh_from_db()
    assert round.form == before
    assert before.criteria.count() == 11


# --- A unit applies ---------------------------------------------------------------------------------


def test_a_double_click_begins_one_draft(round, unit, unit_clerk):
    key = uuid.uuid4()

    first = actions.begin_application(round, unit, category="venue", key=key, by=unit_clerk)
    second = actions.begin_application(round, unit, category="venue", key=key, by=unit_clerk)

    assert first == second


def test_a_unit_applies_once_in_a_round(begun, round, unit, unit_clerk):
    with pytest.raises(Refused, match="已有申报"):
        actions.begin_application(round, unit, category="venue", key=uuid.uuid4(), by=unit_clerk)


def test_nobody_applies_for_another_unit(round, unit_clerk):
    with pytest.raises(PermissionDenied):
        actions.begin_application(
            round, OrganizationFactory(), category="venue", key=uuid.uuid4(), by=unit_clerk
        )


def count(unit, round, item, value):
    write_evidence({unit.pk: value}, item=item, year=round.data_year, source="本平台", at=timezone.now())


def test_open_days_are_the_portals_own_and_cannot_be_typed(round, unit, unit_clerk):
    count(unit, round, "open_days", 266)
    application = actions.begin_application(round, unit, category="venue", key=uuid.uuid4(), by=unit_clerk)

    application.open_days = 300
    actions.save_application(application, by=unit_clerk)

    application.refresh_from_db()
    assert application.open_days == 266


def test_visits_may_be_more_than_the_portal_counted_and_never_less(round, unit, unit_clerk):
    count(unit, round, "visitors", 777)
    application = actions.begin_application(round, unit, category="venue", key=uuid.uuid4(), by=unit_clerk)
    assert application.visitors == 777

    application.visitors = 776
    with pytest.raises(ValidationError, match="不能少于平台已统计的 777"):
        actions.save_application(application, by=unit_clerk)
    application.visitors = 9000
    actions.save_application(application, by=unit_clerk)


def test_a_colleague_was_faster(begun, unit_clerk):
    actions.save_application(begun, by=unit_clerk, seen=1)

    with pytest.raises(ChangedMeanwhile, match="同事已修改"):
        actions.save_application(begun, by=unit_clerk, seen=1)


def test_a_colleague_goes_on_with_the_units_draft(begun, unit):
    colleague = UserFactory(holding=(Role.UNIT, unit))

    begun.books = 3
    actions.save_application(begun, by=colleague)

    begun.refresh_from_db()
    assert begun.books == 3


def test_the_form_says_which_cells_may_wait_and_must_be_filled(client, begun, unit_clerk):
    client.force_login(unit_clerk, backend="allauth.account.auth_backends.AuthenticationBackend")

    page = client.get(reverse("titles_desk:case_edit", args=[begun.pk])).content.decode()

    label = page[page.index('for="id_legal_person"') :]
    assert "提交前填" in label[: label.index("</label>")]


def test_an_incomplete_application_is_not_handed_in(begun, unit_clerk):
    with pytest.raises(Refused, match="项未填"):
        actions.submit_application(begun, by=unit_clerk)
    assert "法定代表人" in [gap.name for gap in gaps(begun)]


def test_a_complete_application_goes_to_the_district(filled, unit_clerk, officer):
    actions.submit_application(filled, by=unit_clerk)

    assert filled.status == "submitted"
    assert Notice.objects.filter(recipient=officer).exists()
    assert [line.title for line in titles_waiting(officer)] == ["待推荐的认定申报"]


def test_after_the_last_day_nobody_hands_in(filled, round, unit_clerk):
    Round.objects.filter(pk=round.pk).update(apply_until=timezone.localdate() - timedelta(days=1))
    filled.round.refresh_from_db()

    with pytest.raises(Refused, match="不再受理"):
        actions.submit_application(filled, by=unit_clerk)


def test_the_database_refuses_a_late_application(filled, round):
    Round.objects.filter(pk=round.pk).update(apply_until=timezone.localdate() - timedelta(days=1))

    with pytest.raises(IntegrityError, match="application_in_time"), transaction.atomic():
        Application.objects.filter(pk=filled.pk).update(status="submitted", submitted_at=timezone.now())


def test_the_last_day_counts_until_midnight_in_shenzhen(filled, round):
    last = timezone.localdate() - timedelta(days=2)
    Round.objects.filter(pk=round.pk).update(apply_until=last)
    midnight = timezone.make_aware(timezone.datetime(last.year, last.month, last.day)) + timedelta(days=1)

    Application.objects.filter(pk=filled.pk).update(
        status="submitted", submitted_at=midnight - timedelta(seconds=1)
    )
    with pytest.raises(IntegrityError, match="application_in_time"), transaction.atomic():
        Application.objects.filter(pk=filled.pk).update(submitted_at=midnight)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"organization": None}, "application_of_an_organization"),
        ({"status": "submitted"}, "application_handed_in_has_a_time"),
        ({"exhibition_area": 6000}, "application_exhibition_within_building"),
        ({"weekend_days": 301}, "application_weekends_within_open_days"),
    ],
)
def test_the_database_refuses_an_application(filled, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Application.objects.filter(pk=filled.pk).update(**change)


def test_a_file_is_taken_only_for_what_it_proves(begun, unit_clerk):
    upload = SimpleUploadedFile("证明.pdf", b"%PDF-1.4 one")

    with pytest.raises(Refused, match="证明的事项"):
        actions.add_file(begun, upload, proves="nothing", is_blind=False, by=unit_clerk)


def test_a_blind_file_is_a_picture_so_that_no_property_names_its_author(begun, unit_clerk):
    upload = SimpleUploadedFile("说明.pdf", b"%PDF-1.4 /Author (somebody)")

    with pytest.raises(Refused):
        actions.add_file(begun, upload, proves="legal", is_blind=True, by=unit_clerk)


# --- The district -----------------------------------------------------------------------------------


def test_a_district_returns_with_a_word_on_single_fields(filled, unit_clerk, officer):
    actions.submit_application(filled, by=unit_clerk)

    actions.return_application(filled, remarks={"visitors": "请核对"}, note="一处不符", by=officer)

    filled.refresh_from_db()
    assert (filled.status, filled.remarks) == ("returned", {"visitors": "请核对"})
    actions.submit_application(filled, by=unit_clerk)
    assert filled.status == "submitted"
    assert filled.resubmitted_at is not None


def test_a_district_gives_each_place_once(round, officer, district):
    one, two = (
        ApplicationFactory(round=round, organization=OrganizationFactory(region=district), handed_in=True)
        for _ in range(2)
    )
    actions.recommend(one, rank=1, opinion="同意", by=officer)

    with pytest.raises(Refused, match="排序 1"):
        actions.recommend(two, rank=1, opinion="同意", by=officer)
    with pytest.raises(IntegrityError, match="application_rank_once"), transaction.atomic():
        Application.objects.filter(pk=two.pk).update(district_rank=1)


def test_a_districts_summary_has_its_own_recommendations_in_its_order(round, officer, district, staff):
    for rank, name in ((2, "第二馆"), (1, "第一馆")):
        body = OrganizationFactory(region=district, name=name)
        case = ApplicationFactory(round=round, organization=body, handed_in=True)
        actions.recommend(case, rank=rank, opinion="同意", by=officer)
    ApplicationFactory(round=round, recommended=True)

    own = [(row.district_rank, row.organization.name) for row in summary_of(round, officer)]

    assert own == [(1, "第一馆"), (2, "第二馆")]
    assert len(summary_of(round, staff)) == 3


def test_a_district_sees_nothing_of_another(round, client):
    other = UserFactory(holding=(Role.DISTRICT, RegionFactory()), mfa=True)
    application = ApplicationFactory(round=round, handed_in=True)
    client.force_login(other, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert client.get(application.get_absolute_url()).status_code == 404
    assert application.organization.name not in client.get(reverse("titles_desk:cases")).content.decode()
    with pytest.raises(PermissionDenied):
        actions.recommend(application, rank=1, opinion="同意", by=other)


def test_a_draft_is_seen_by_its_unit_alone(begun, officer, staff, unit_clerk):
    seen = [begun in Application.objects.seen_by(user) for user in (unit_clerk, officer, staff)]

    assert seen == [True, False, False]


def test_the_list_says_how_many_days_a_case_has_waited_in_its_state(client, round, officer, district):
    case = ApplicationFactory(round=round, organization=OrganizationFactory(region=district), handed_in=True)
    Application.objects.filter(pk=case.pk).update(submitted_at=timezone.now() - timedelta(days=9))
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    listed = reverse("titles_desk:cases")

    assert "已 9 天" in client.get(listed).content.decode()
    actions.recommend(case, rank=1, opinion="同意", by=officer)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert "已 2 天" in client.get(listed).content.decode()


def test_after_its_last_day_a_district_recommends_nobody(round, officer, district):
    application = ApplicationFactory(
        round=round, organization=OrganizationFactory(region=district), handed_in=True
    )
    today = timezone.localdate()
    Round.objects.filter(pk=round.pk).update(
        apply_until=today - timedelta(days=2), recommend_until=today - timedelta(days=1)
    )
    application.round.refresh_from_db()

    with pytest.raises(Refused, match="已于"):
        actions.recommend(application, rank=1, opinion="同意", by=officer)


def test_what_a_district_leaves_unanswered_does_not_hold_a_round_up(client, round, staff):
    left = ApplicationFactory(round=round, handed_in=True)
    with pytest.raises(Refused, match="尚未截止"):
        actions.turn_down(left, note="区级逾期未推荐", by=staff)
    today = timezone.localdate()
    Round.objects.filter(pk=round.pk).update(
        apply_until=today - timedelta(days=2), recommend_until=today - timedelta(days=1)
    )
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")

    page = client.get(left.get_absolute_url()).content.decode()
    actions.turn_down(Application.objects.with_all().get(pk=left.pk), note="区级逾期未推荐", by=staff)

    assert "形式审查不通过" in page
    assert not Application.objects.open().filter(round=round).exists()


# --- The formal check and the end -------------------------------------------------------------------


def test_an_application_that_meets_every_gate_goes_to_the_panel(round, staff):
    application = ApplicationFactory(round=round, recommended=True)

    actions.examine(application, findings(application), blind=set(), is_done=True, by=staff)

    assert application.status == "admitted"


def test_a_gate_below_its_threshold_cannot_be_called_met(round, staff):
    application = ApplicationFactory(round=round, recommended=True, visitors=10)

    with pytest.raises(Refused, match="低于门槛"):
        actions.examine(application, findings(application), blind=set(), by=staff)


def test_a_missed_gate_stops_an_application(round, staff):
    application = ApplicationFactory(round=round, recommended=True)
    missed = findings(application, safety="消防证明过期")

    with pytest.raises(Refused, match="不能通过"):
        actions.examine(application, missed, blind=set(), is_done=True, by=staff)


def test_a_round_with_open_cases_is_not_closed(round, staff):
    ApplicationFactory(round=round, recommended=True)
    days = {"notice_from": timezone.localdate(), "notice_until": timezone.localdate()}
    Round.objects.filter(pk=round.pk).update(status="noticed", **days)
    round.refresh_from_db()

    with pytest.raises(Refused, match="未办结"):
        rounds.close_round(round, by=staff)
    with pytest.raises(IntegrityError, match="round_closes_when_nothing_is_open"), transaction.atomic():
        Round.objects.filter(pk=round.pk).update(status="closed")


def test_an_announced_round_is_only_ever_prolonged(round, staff):
    round.apply_until -= timedelta(days=1)

    with pytest.raises(Refused, match="只能顺延"):
        rounds.save_round(round, by=staff)


def test_days_of_a_round_follow_each_other(round, staff):
    round.recommend_until = round.apply_until - timedelta(days=1)

    with pytest.raises((ValidationError, Refused)):
        rounds.save_round(round, by=staff)
    with pytest.raises(IntegrityError, match="round_days_follow"), transaction.atomic():
        Round.objects.filter(pk=round.pk).update(recommend_until=round.apply_until - timedelta(days=1))


# --- Pages ------------------------------------------------------------------------------------------


def login(client, user):
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_unit_fills_in_checks_and_hands_in(client, round, unit, unit_clerk):
    login(client, unit_clerk)
    form = {"organization": unit.pk, "category": "venue", "key": str(uuid.uuid4())}
    made = client.post(reverse("titles_desk:apply", args=[round.pk]), form)
    application = Application.objects.get()
    assert made.url == reverse("titles_desk:case_edit", args=[application.pk])

    wrong = client.post(made.url, {**FILLED, "category": "venue", "open_days": 400, "seen": 1})
    assert wrong.status_code == 422
    assert "王法人" in wrong.content.decode()
    typed = {name: {True: "true"}.get(value, value) for name, value in FILLED.items()}
    saved = client.post(made.url, {**typed, "category": "venue", "seen": 1, "check": "1"})
    page = client.get(saved.url).content.decode()
    assert "具有法人资格或受法人委托" in page
    for code in ("legal", "safety"):
        upload = SimpleUploadedFile("证明.pdf", b"%PDF-1.4 proof")
        client.post(reverse("titles_desk:file_add", args=[application.pk]), {"proves": code, "file": upload})
    client.post(reverse("titles_desk:case_check", args=[application.pk]))

    application.refresh_from_db()
    assert application.status == "submitted"
    assert "证明.pdf" in client.get(application.get_absolute_url()).content.decode()


def test_the_count_of_titles_is_of_the_day_asked(client):
    title = TitleFactory()

    page = client.get(reverse("bases:list"), {"on": "2023-01-01"}).content.decode()
    early = client.get(reverse("bases:list"), {"on": "2020-12-31", "level": "city"}).content.decode()

    assert "共 1 个称号" in page
    assert title.organization.name in page
    assert "共 0 个称号" in early
    assert "162 家" in early


def test_a_base_has_a_page_of_its_own(client):
    title = TitleFactory()

    page = client.get(reverse("base", args=[title.organization_id])).content.decode()

    assert title.number in page
    assert "有效" in page


def test_anybody_checks_a_few_figures_before_applying(client, round):
    address = reverse("bases:round", args=[round.pk])
    figures = {"category": "venue", "area": 300, "open_days": 199, "visitors": 2000}

    short = client.get(address, figures).content.decode()
    enough = client.get(address, {**figures, "open_days": 200}).content.decode()

    assert "可以申报科普示范点" in short
    assert "要求不少于 200，现为 199" in short
    assert "达到本类别门槛，可以申报" in enough


def test_a_district_follows_its_creation_of_a_demonstration_district_the_same_way(city, district, officer):
    form = ScoreForm.objects.filter(scheme__code="national_district").first() or (
        load_reference() and ScoreForm.objects.get(scheme__code="national_district")
    )
    round = RoundFactory(region=city, form=form)
    body = OrganizationFactory(region=district, kind="district_association")

    made = actions.begin_application(round, body, category="other", key=uuid.uuid4(), by=officer)
    for name, value in FILLED.items():
        setattr(made, name, value)
    actions.save_application(made, by=officer)
    with_proofs(made, officer)
    actions.submit_application(Application.objects.with_all().get(pk=made.pk), by=officer)

    made.refresh_from_db()
    assert made.status == "recommended"
