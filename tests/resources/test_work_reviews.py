"""Blind reviews of works and what is decided: who may judge, what they see, what the money allows."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal import files
from portal.accounts import Grant
from portal.errors import Refused
from portal.notices import Notice
from portal.roles import Role
from resources.actions import work_reviews as actions
from resources.actions import works
from resources.models import WorkApplication, WorkCall, WorkReview, WorkRung, WorkScore
from resources.queries import works as queries
from resources.tasks import works_upkeep
from tests.access.crawl import walk
from tests.factories import OrganizationFactory, UserFactory
from tests.resources.works import (
    assigned,
    draft_of,
    experts,
    fresh,
    hand_in,
    open_call,
    reviewed,
    rungs_of,
    submitted,
    supported,
)
from tests.talent.factories import PersonFactory

NOW = timezone.now


@pytest.fixture
def call(staff):
    return open_call(staff)


@pytest.fixture
def work(call, unit, unit_clerk):
    return submitted(call, unit, unit_clerk)


# --- Who judges -----------------------------------------------------------------------------------


def test_exactly_two_different_experts_are_assigned(work, staff):
    one, other, third = experts(3)

    for wrong in ([one], [one, one], [one, other, third]):
        with pytest.raises(Refused, match="2 位不同"):
            assigned(work, wrong, staff)

    assert [review.seat for review in assigned(work, [one, other], staff)] == [1, 2]
    assert Notice.objects.filter(recipient=one, text__contains=work.code).exists()
    assert queries.open_seats(fresh(work)) == []


def test_somebody_who_is_no_expert_is_not_assigned(work, staff, unit_clerk):
    with pytest.raises(Refused, match="不是本市的评审专家"):
        assigned(work, [experts(1)[0], unit_clerk], staff)


def post_in(expert, unit):
    Grant.objects.create(user=expert, role=Role.UNIT, organization=unit)


def belongs_to(expert, unit):
    PersonFactory(account=expert, organization=unit, region=unit.region)


def declares(expert, unit):
    actions.declare_interest(unit, reason="曾任职", by=expert)


@pytest.mark.parametrize("conflict", [post_in, belongs_to, declares])
def test_who_belongs_to_the_applicant_is_refused_by_the_database(work, staff, unit, conflict):
    one, other = experts(2)
    conflict(one, unit)

    assert one not in queries.candidates(work)
    with pytest.raises(Refused, match="有关联"):
        assigned(work, [one, other], staff)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkReview.objects.create(
            application=work, reviewer=one, seat=1, assigned_by=staff, due_on=timezone.localdate()
        )


def test_declaring_an_interest_gives_up_the_reviews_of_that_unit(work, staff, unit):
    one, other = experts(2)
    review, _ = assigned(work, [one, other], staff)

    actions.declare_interest(unit, reason="亲属任职", by=one)

    review.refresh_from_db()
    assert review.status == WorkReview.Status.RECUSED
    assert queries.open_seats(fresh(work)) == [1]
    assert Notice.objects.filter(recipient=staff, text__contains="回避").exists()


def test_a_seat_that_was_given_up_goes_to_somebody_else(work, staff):
    one, other, third = experts(3)
    review, late = assigned(work, [one, other], staff)
    actions.recuse(review, by=one, note="时间冲突")
    actions.replace_reviewer(late, by=staff, note="逾期")

    with pytest.raises(Refused, match="评审过或回避过"):
        assigned(fresh(work), [one, third], staff)
    made = assigned(fresh(work), [third, experts(1)[0]], staff)

    assert [row.seat for row in made] == [1, 2]


@pytest.mark.parametrize("values", [{"seat": 4}, {"status": "done"}, {"status": "done", "score": 101}])
def test_the_database_keeps_a_review_whole(work, staff, values):
    review, _ = assigned(work, experts(2), staff)

    with pytest.raises(IntegrityError), transaction.atomic():
        WorkReview.objects.filter(pk=review.pk).update(**values)


# --- Marks ----------------------------------------------------------------------------------------


def test_a_draft_of_a_review_is_kept(work, staff):
    review, _ = assigned(work, experts(2), staff)
    first = rungs_of(review, (90, 60))[:1]

    actions.save_review(review, opinion="先写一半", rungs=first, by=review.reviewer)

    review.refresh_from_db()
    assert (review.status, review.opinion, review.scores.get().rung) == ("assigned", "先写一半", first[0])


def test_every_criterion_is_marked_before_handing_in(work, staff):
    review, _ = assigned(work, experts(2), staff)

    with pytest.raises(Refused, match="传播价值"):
        actions.hand_in_review(
            review, opinion="好", rungs=rungs_of(review, (90, 60))[:1], by=review.reviewer, at=NOW()
        )


def test_a_score_is_counted_from_the_rungs_and_told(work, staff):
    review, _ = assigned(work, experts(2), staff)

    hand_in(review, 90, 60)

    review.refresh_from_db()
    assert review.score == Decimal("78.00")
    assert queries.judged(work)[0].sum == "科学性 90×60% ＋ 传播价值 60×40% ＝ 78.00"


def test_the_database_takes_rungs_of_the_ladder_alone_and_keeps_what_was_handed_in(work, staff, call):
    review, other = assigned(work, experts(2), staff)
    hand_in(review, 90)
    one, two = call.criteria.order_by("position")
    strange = WorkRung.objects.filter(criterion=two).first()
    scores = WorkScore.objects.filter(review=review)

    with pytest.raises(IntegrityError), transaction.atomic():
        scores.filter(criterion=one).update(rung=one.rungs.get(points=20))
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkScore.objects.create(review=other, criterion=one, rung=strange)
    with pytest.raises(Refused, match="不能再修改"):
        actions.save_review(review, opinion="改主意", rungs=[], by=review.reviewer)


def test_criteria_of_another_call_are_not_marked(work, staff):
    review, _ = assigned(work, experts(2), staff)
    strange = open_call(staff, title="另一项").criteria.first()

    with pytest.raises(IntegrityError), transaction.atomic():
        WorkScore.objects.create(review=review, criterion=strange, rung=strange.rungs.first())


def test_nobody_writes_in_anothers_review(work, staff):
    review, other = assigned(work, experts(2), staff)

    with pytest.raises(PermissionDenied):
        actions.save_review(review, opinion="代写", rungs=[], by=other.reviewer)


def test_a_reviewer_sees_the_other_review_only_once_both_are_in(work, staff, client):
    review, other = assigned(work, experts(2), staff)
    hand_in(other, 60, opinion="另一位的意见")
    client.force_login(review.reviewer)
    assert "另一位的意见" not in client.get(review.get_desk_url()).content.decode()

    hand_in(review, 60)

    page = client.get(review.get_desk_url()).content.decode()
    assert "另一位的意见" in page
    assert other.reviewer.name not in page


def test_reviews_too_far_apart_ask_for_a_third(work, staff, call):
    one, other = assigned(work, experts(2), staff)
    hand_in(one, 90)
    hand_in(other, 20)
    assert Notice.objects.filter(recipient=staff, text__contains="第三份").exists()
    with pytest.raises(Refused, match="评审未完成"):
        actions.support(work, amount=Decimal(1), reason="同意", by=staff, at=NOW())
    assert queries.open_seats(fresh(work)) == [3]

    (third,) = assigned(fresh(work), experts(1), staff)
    hand_in(third, 60)

    assert queries.outcome_of(work).score == Decimal("75.00")
    actions.support(work, amount=Decimal(1), reason="同意", by=staff, at=NOW())
    assert fresh(work).score == Decimal("75.00")


# --- Blindness ------------------------------------------------------------------------------------

TELLING = ("蓝鲸影业", "蓝鲸影视", "王小明", "李联络", "13800138000", "赵作者", "91440300MA5EXAMPLE")


def test_nothing_a_reviewer_can_open_names_the_applicant(client, staff, call, district):
    unit = OrganizationFactory(name="蓝鲸影业", short_name="蓝鲸影视", region=district, contact="李联络")
    clerk = UserFactory(name="李联络", holding=(Role.UNIT, unit))
    work = draft_of(
        call,
        unit,
        clerk,
        title="蓝鲸影业的深海",
        person="赵作者",
        abstract="由蓝鲸影业出品，王小明导演。",
        plan="蓝鲸影视负责拍摄，联系 13800138000。",
        schedule="赵作者三月开拍。",
        lines=[works.Line("付给蓝鲸影业", Decimal("50000.00"))],
    )
    for title, is_blind in (("蓝鲸影业脚本", True), ("蓝鲸影业执照", False)):
        paper = files.made(b"%PDF-1.4 script", f"{title}.pdf", "pdf")
        works.add_file(work, file=paper, title=title, is_blind=is_blind, by=clerk)
    works.submit_application(work, by=clerk, at=NOW())
    one, other = experts(2)
    review, second = assigned(fresh(work), [one, other], staff)
    client.force_login(one, backend="allauth.account.auth_backends.AuthenticationBackend")

    for step in (lambda: None, lambda: hand_in(review, 90), lambda: hand_in(second, 90)):
        step()
        found = walk(client, "/desk/reviews/", most=200).answers | walk(client, "/desk/", most=200).answers
        assert review.get_desk_url() in found
        told = [f"{address}: {word}" for address, a in found.items() for word in TELLING if word in a.text]
        assert told == []
    answer = client.get(f"{review.get_desk_url()}files/1/")
    assert "filename*=utf-8''%E9%99%84%E4%BB%B61.pdf" in answer["Content-Disposition"]
    assert client.get(f"{review.get_desk_url()}files/2/").status_code == 404
    for row in work.files.all():
        assert client.get(row.attachment.get_absolute_url()).status_code == 404
    for address in (
        work.get_desk_url(),
        "/desk/works/export/",
        "/desk/works/",
        f"{work.get_desk_url()}edit/",
    ):
        assert client.get(address).status_code in (403, 404)


def test_anothers_review_is_not_found(client, work, staff):
    review, other = assigned(work, experts(2), staff)
    client.force_login(other.reviewer)

    assert client.get(review.get_desk_url()).status_code == 404


def test_who_gave_a_review_up_reads_it_no_more(client, work, staff):
    review, _ = assigned(work, experts(2), staff)
    actions.recuse(review, by=review.reviewer, note="时间冲突")
    client.force_login(review.reviewer)

    assert client.get(review.get_desk_url()).status_code == 404


def test_handing_in_on_the_page_says_beside_each_field_what_is_missing(client, work, staff):
    review, _ = assigned(work, experts(2), staff)
    client.force_login(review.reviewer)
    chosen = rungs_of(review, (90, 60))
    sent = {f"c_{chosen[0].criterion_id}": chosen[0].pk, "opinion": "写到一半"}

    answer = client.post(review.get_desk_url(), sent | {"hand_in": "1"})
    assert answer.status_code == 422
    assert "请打分" in answer.content.decode()
    assert "写到一半" in answer.content.decode()
    client.post(review.get_desk_url(), sent | {"save": "1"})
    review.refresh_from_db()
    assert (review.status, review.opinion) == ("assigned", "写到一半")

    client.post(review.get_desk_url(), sent | {f"c_{chosen[1].criterion_id}": chosen[1].pk, "hand_in": "1"})
    review.refresh_from_db()
    assert review.score == Decimal("78.00")


# --- The decision ---------------------------------------------------------------------------------


def test_a_decision_tells_the_applicant_and_binds_the_money(call, unit, unit_clerk, staff):
    work = reviewed(call, unit, unit_clerk, staff)

    actions.support(work, amount=Decimal("40000.00"), reason="选题好", by=staff, at=NOW())

    call.refresh_from_db()
    assert call.bound_yuan == Decimal("40000.00")
    assert Notice.objects.filter(recipient=unit_clerk, text__contains="40,000 元").exists()


def test_nothing_is_granted_beyond_the_budget(call, unit, unit_clerk, staff):
    supported(call, unit, unit_clerk, staff, yuan="80000.00")
    work = reviewed(call, unit, unit_clerk, staff)

    with pytest.raises(Refused, match="还可支持 20,000 元"):
        actions.support(work, amount=Decimal("20000.01"), reason="同意", by=staff, at=NOW())
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkApplication.objects.filter(pk=work.pk).update(bound_yuan=Decimal("20000.01"))

    assert fresh(work).status == "review"


def test_a_decision_says_why(call, unit, unit_clerk, staff):
    work = submitted(call, unit, unit_clerk)

    with pytest.raises(Refused, match="理由"):
        actions.decline(work, reason=" ", by=staff, at=NOW())
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkApplication.objects.filter(pk=work.pk).update(status="refused")

    actions.decline(work, reason="不在征集范围", by=staff, at=NOW())
    assert Notice.objects.filter(recipient=unit_clerk, text__contains="不在征集范围").exists()


def test_what_was_declined_binds_no_money(call, unit, unit_clerk, staff):
    work = submitted(call, unit, unit_clerk)

    with pytest.raises(IntegrityError), transaction.atomic():
        WorkApplication.objects.filter(pk=work.pk).update(bound_yuan=Decimal(1))


def test_staff_assign_and_decide_on_the_page(client, work, staff):
    one, other = experts(2)
    client.force_login(staff)
    page = work.get_desk_url()
    answer = client.post(f"{page}reviewers/", {"seat_1": one.pk, "seat_2": one.pk})
    assert "不能是同一人" in answer.content.decode()
    client.post(f"{page}reviewers/", {"seat_1": one.pk, "seat_2": other.pk})
    for review in work.reviews.all():
        hand_in(review, 90)

    answer = client.post(f"{page}support/", {"amount": "90000", "reason": "好"})
    assert answer.status_code == 422
    assert "超过每项最高" in answer.content.decode()
    client.post(f"{page}support/", {"amount": "50000", "reason": "好"})

    assert fresh(work).decided_yuan == Decimal("50000.00")


# --- Reminders ------------------------------------------------------------------------------------


def test_reviews_are_recalled_ahead_of_their_day_and_after_it_once_each(work, staff):
    reviews = assigned(work, experts(2), staff)
    hand_in(reviews[1], 90)
    told = []
    for days in range(20):
        at = NOW() + timedelta(days=days)
        if actions.remind_reviewers(at=at):
            told.append(days)
        assert actions.remind_reviewers(at=at) == 0

    assert told == [7, 11, 14, 17]
    assert Notice.objects.filter(recipient=reviews[0].reviewer, text__contains="逾期").count() == 3


def test_the_daily_task_run_twice_reminds_once(work, staff, monkeypatch):
    class Job:
        def progress(self, done):
            self.done = done

    reviews = assigned(work, experts(2), staff)
    WorkReview.objects.update(due_on=timezone.localdate())
    jobs = [Job(), Job()]
    for job in jobs:
        works_upkeep(job)

    assert [job.done for job in jobs] == [2, 0]
    assert Notice.objects.filter(recipient=reviews[0].reviewer, text__contains="到期").count() == 1


def test_tiles_say_what_waits_for_whom(work, staff, unit_clerk):
    def titles(user):
        return [tile.title for tile in queries.works_waiting(user)]

    assert titles(staff) == ["待分派评审的作品申报"]
    one, other = experts(2)
    first, second = assigned(work, [one, other], staff)
    assert titles(one) == ["待评审的作品"]
    hand_in(first, 90)
    hand_in(second, 90)
    assert titles(staff) == ["评审已交、待决定的作品"]
    assert titles(one) == []
    assert titles(unit_clerk) == []


# --- At once --------------------------------------------------------------------------------------


def at_once(*acts):
    def do(act):
        try:
            act()
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(do, acts))


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_about_the_last_yuan_one_is_refused(staff, unit, unit_clerk):
    call = open_call(staff, budget_yuan=Decimal("80000.00"))
    rows = [reviewed(call, unit, unit_clerk, staff, title=f"作品{n}") for n in range(2)]

    said = at_once(
        *[
            lambda work=work: actions.support(
                work, amount=Decimal("50000.00"), reason="同意", by=staff, at=NOW()
            )
            for work in rows
        ]
    )

    assert said == ["done", "超出征集的经费总额，还可支持 30,000 元。"]
    assert WorkCall.objects.get().bound_yuan == Decimal("50000.00")


@pytest.mark.django_db(transaction=True)
def test_two_assignments_at_once_give_each_seat_to_one_expert(staff, unit, unit_clerk):
    work = submitted(open_call(staff), unit, unit_clerk)
    pairs = [experts(2), experts(2)]

    said = at_once(*[lambda pair=pair: assigned(work, pair, staff) for pair in pairs])

    assert said[0] == "done"
    assert work.reviews.count() == 2


def test_an_export_of_the_plan_is_not_for_experts(client, work, staff):
    client.force_login(experts(1)[0])

    assert client.get("/desk/works/export/").status_code == 403
    client.force_login(staff)
    book = openpyxl.load_workbook(io.BytesIO(client.get("/desk/works/export/").content))
    assert book.active.max_row == 2
