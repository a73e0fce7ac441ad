"""The library: versions in force on a day, articles that stay, comments answered, what is found."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from outreach.actions import library as actions
from outreach.actions import load_library
from outreach.models import Article, Comment, CommentRound, Document, DocumentVersion, Term
from outreach.queries import library as queries
from portal import plain_question
from portal.errors import ChangedMeanwhile, Refused
from portal.search import SearchEntry, find, rebuild
from tests.concurrency import at_once
from tests.outreach.factories import DocumentFactory, draft_before_public, drafted

DAY = date(2024, 3, 1)
TODAY = timezone.localdate
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def published(staff, on=DAY, **values):
    version = drafted(staff, **values)
    actions.publish(version, document_number="", issued_on=None, in_force_from=on, by=staff)
    return version


def following(version, staff, on, text="第一条　为了新的示例。\n第三条　另加一条。"):
    second = actions.start_version(version.document, by=staff)
    actions.write_version(second, values={"label": "第 2 版"}, text=text, by=staff)
    actions.publish(second, document_number="", issued_on=None, in_force_from=on, by=staff)
    return second


def say(round, text="建议改一个字。", **values):
    values = {"key": uuid.uuid4(), "article": "", "at": timezone.now(), **values}
    return actions.comment(round, text=text, **values)


def ended(round):
    CommentRound.objects.filter(pk=round.pk).update(
        opens_on=TODAY() - timedelta(days=40), closes_on=TODAY() - timedelta(days=1)
    )
    return round.version


# --- Versions ---------------------------------------------------------------------------------------


def test_the_next_version_ends_the_one_before_on_its_first_day(staff):
    first = published(staff)

    second = following(first, staff, date(2025, 1, 1))

    first.refresh_from_db()
    assert (first.out_of_force_on, first.replaced_by) == (date(2025, 1, 1), second)
    rows = queries.public_versions(first.document)
    assert queries.version_on(rows, date(2024, 12, 31)) == first
    assert queries.version_on(rows, date(2025, 1, 1)) == second


def test_two_versions_are_never_in_force_on_one_day(staff):
    first = published(staff)
    second = following(first, staff, date(2025, 1, 1))

    with pytest.raises(IntegrityError, match="document_version_alone_in_force"):
        DocumentVersion.objects.filter(pk=second.pk).update(in_force_from=date(2024, 6, 1))


def test_a_version_from_an_earlier_day_than_the_last_one_is_refused(staff):
    first = published(staff)

    with pytest.raises(Refused, match="施行日期更晚"):
        following(first, staff, date(2024, 1, 1))


def test_a_version_comes_into_force_on_a_day_or_says_why_none_is_known(staff):
    version = drafted(staff)
    with pytest.raises(Refused, match="施行日期"):
        actions.publish(version, document_number="", issued_on=None, in_force_from=None, by=staff)

    with pytest.raises(IntegrityError, match="document_version_approved_with_its_day"):
        DocumentVersion.objects.filter(pk=version.pk).update(status="approved", approved_at=timezone.now())


def test_a_version_ended_without_a_successor_says_why(staff):
    version = published(staff)
    with pytest.raises(Refused, match="依据"):
        actions.end_version(version, on=date(2025, 1, 1), note=" ", by=staff)

    actions.end_version(version, on=date(2025, 1, 1), note="已废止。", by=staff)

    version.refresh_from_db()
    assert version.standing(date(2024, 12, 31)) == ("valid", "现行有效")
    assert version.standing(date(2025, 1, 1)) == ("expired", "已失效")


def test_articles_of_a_published_version_never_change(staff):
    version = published(staff)
    with pytest.raises(Refused, match="不能再改"):
        actions.write_version(version, values={}, text="第一条　改。", by=staff)

    for change in (
        lambda: Article.objects.filter(version=version).update(text="改"),
        lambda: Article.objects.filter(version=version).delete(),
        lambda: Article.objects.create(version=version, position=9, anchor="9", label="第九条", text="加"),
    ):
        with pytest.raises(IntegrityError, match="stay as they are"), transaction.atomic():
            change()


def test_a_text_saved_by_somebody_else_meanwhile_is_not_overwritten(staff):
    version = drafted(staff)
    version.refresh_from_db()
    seen = version.revision
    actions.write_version(version, values={}, text="第一条　甲。", seen=seen, by=staff)

    with pytest.raises(ChangedMeanwhile):
        actions.write_version(version, values={}, text="第一条　乙。", seen=seen, by=staff)


def test_a_text_with_one_number_twice_is_refused_in_words(staff):
    version = drafted(staff)

    with pytest.raises(Refused, match="第一条”出现了两次"):
        actions.write_version(version, values={}, text="第一条　甲。\n第一条　乙。", by=staff)


def test_only_who_keeps_the_library_writes_in_it(officer, staff):
    version = drafted(staff)

    with pytest.raises(PermissionDenied):
        actions.write_version(version, values={}, text="第一条　改。", by=officer)


def test_a_new_version_begins_with_the_words_of_the_last(staff):
    version = published(staff)

    second = actions.start_version(version.document, by=staff)

    assert queries.clauses_of(second) == queries.clauses_of(version)
    assert actions.start_version(version.document, by=staff) == second


# --- Standards --------------------------------------------------------------------------------------


def test_a_standard_is_proposed_drafted_commented_on_and_approved(officer, staff):
    proposed = actions.propose_standard(
        name="讲解规范", code="guides", summary="讲解", reason="水平不一", by=officer
    )
    version = proposed.versions.select_related("document", "region", "created_by").get()
    actions.accept_proposal(version, by=staff)
    actions.write_version(version, values={}, text="1　范围\n本标准规定讲解。", by=staff)
    version.refresh_from_db()
    with pytest.raises(Refused, match="先公开征求意见"):
        actions.publish(version, document_number="", issued_on=None, in_force_from=DAY, by=staff)
    round = actions.open_comments(version, closes_on=TODAY() + timedelta(days=30), by=staff)
    actions.answer_comment(say(round), verdict="adopted", text="已改。", by=staff)
    ended(round)
    actions.close_comments(version, by=staff)

    actions.publish(version, document_number="示例 1", issued_on=DAY, in_force_from=DAY, by=staff)

    assert version.standing(TODAY()) == ("valid", "现行有效")
    assert officer.notices.filter(text__contains="已同意立项").exists()


def test_a_proposal_is_turned_down_with_a_reason(officer, staff):
    proposed = actions.propose_standard(name="规范", code="some", summary="", reason="要", by=officer)
    version = proposed.versions.select_related("document", "region", "created_by").get()
    with pytest.raises(Refused, match="理由"):
        actions.turn_down(version, note="", by=staff)

    actions.turn_down(version, note="已有国家标准。", by=staff)

    assert officer.notices.filter(text__contains="已有国家标准").exists()


def test_a_round_with_an_unanswered_comment_cannot_be_closed(staff):
    round = draft_before_public(staff)
    say(round)
    version = ended(round)

    with pytest.raises(Refused, match="1 条意见没有答复"):
        actions.close_comments(version, by=staff)
    with pytest.raises(IntegrityError, match="comment_round_closed_with_all_answered"):
        CommentRound.objects.filter(pk=round.pk).update(closed_at=timezone.now())


def test_a_round_is_not_closed_before_its_last_day_is_over(staff):
    round = draft_before_public(staff)

    with pytest.raises(Refused, match="期满后"):
        actions.close_comments(round.version, by=staff)


def test_no_comment_comes_after_the_last_day(staff):
    round = draft_before_public(staff)
    ended(round)

    with pytest.raises(Refused, match="已截止"):
        say(round)


def test_the_same_comment_sent_twice_is_one(staff):
    round = draft_before_public(staff)
    key = uuid.uuid4()

    assert say(round, key=key) == say(round, key=key)

    round.refresh_from_db()
    assert round.open_count == Comment.objects.count() == 1


def test_an_answer_has_a_verdict_and_words(staff):
    said = say(draft_before_public(staff))
    with pytest.raises(Refused, match="处理结果"):
        actions.answer_comment(said, verdict="adopted", text=" ", by=staff)

    with pytest.raises(IntegrityError, match="comment_answered_with_words"):
        Comment.objects.filter(pk=said.pk).update(verdict="adopted")


def test_an_answer_worded_better_leaves_the_count_of_open_comments(staff):
    round = draft_before_public(staff)
    said = say(round)
    actions.answer_comment(said, verdict="adopted", text="已改。", by=staff)

    actions.answer_comment(said, verdict="partly", text="改了一半。", by=staff)

    round.refresh_from_db()
    assert round.open_count == 0


def test_a_draft_taken_back_leaves_the_publics_sight(client, staff):
    round = draft_before_public(staff, name="示例接待规范")
    version = ended(round)
    actions.close_comments(version, by=staff)
    assert client.get(version.get_absolute_url()).status_code == 200

    actions.draft_again(version, note="改动较大", by=staff)

    assert client.get(version.get_absolute_url()).status_code == 404
    assert not find("示例接待规范").exists()


@pytest.mark.django_db(transaction=True)
def test_a_comment_and_the_closing_at_once_never_leave_an_unanswered_one(staff):
    round = draft_before_public(staff)
    version = round.version
    CommentRound.objects.filter(pk=round.pk).update(
        opens_on=TODAY() - timedelta(days=9), closes_on=TODAY() - timedelta(days=1)
    )
    yesterday = timezone.now() - timedelta(days=1)

    at_once(
        lambda: say(round, at=yesterday),
        lambda: actions.close_comments(DocumentVersion.objects.get(pk=version.pk), by=staff),
    )

    round.refresh_from_db()
    waiting = Comment.objects.filter(round=round, answered_at=None).count()
    assert round.open_count == waiting
    assert round.closed_at is None or waiting == 0


# --- Found and cited --------------------------------------------------------------------------------


def test_the_library_of_the_repository_is_loaded_once(city):
    load_library()
    before = Article.objects.count(), DocumentVersion.objects.count(), Term.objects.count()

    load_library()

    assert (Article.objects.count(), DocumentVersion.objects.count(), Term.objects.count()) == before
    law = Document.objects.get(code="kp_law").versions.get()
    assert law.in_force_from == date(2024, 12, 25)
    assert law.articles.filter(text="").exists()
    assert not law.articles.exclude(text="").exists()
    assert Document.objects.get(code="plan_2021").versions.get().articles.filter(gist="").count() == 49


def test_a_gist_says_that_it_is_not_the_text(client, city):
    load_library()

    page = client.get("/library/sz_regulation/").content.decode()

    assert "要点不是条文原文" in page
    assert 'id="art-26"' in page
    assert "科普教育学分制" in page


def test_words_inside_an_article_are_found_and_lead_to_it(client, city):
    load_library()

    page = client.get("/library/", {"q": "重点区域健康科普知识"}).content.decode()

    assert "/library/plan_2021/versions/1/#art-3.4.1" in page
    assert "<mark>重点区域健康科普知识</mark>" in page


def test_a_search_finds_the_articles_in_force_alone(staff):
    first = published(staff, text="第一条　珊瑚礁观测。")
    following(first, staff, date(2025, 1, 1), text="第一条　红树林观测。")

    assert not find("珊瑚礁", kinds=["article"]).exists()
    assert find("红树林", kinds=["article"]).get().url.endswith("/versions/2/#art-1")


def test_a_rebuilt_search_has_the_same_entries(staff):
    published(staff)
    before = set(SearchEntry.objects.values_list("kind", "url"))

    rebuild(["outreach.queries.library.searchable"])

    assert set(SearchEntry.objects.values_list("kind", "url")) == before


def test_the_list_tells_what_was_in_force_on_a_day(client, city):
    load_library()

    def shown(on):
        return client.get("/library/", {"on": on, "standing": "valid"}).content.decode()

    assert "广东省科学技术普及条例" not in shown("2021-09-30")
    assert "广东省科学技术普及条例" in shown("2021-10-01")
    assert "2017—2020年" in shown("2022-01-27")
    assert "2022—2025年" in shown("2022-01-28")


def test_a_basis_leads_to_the_articles_it_names(city):
    load_library()

    pieces = queries.cited(
        "依据《科学技术普及法》第七条、《广东省科学技术普及条例》第三十八条和《没有的办法》第一条"
    )

    assert dict(pieces)["《科学技术普及法》第七条"] == "/library/kp_law/#art-7"
    assert dict(pieces)["《广东省科学技术普及条例》第三十八条"] == "/library/gd_regulation/#art-38"
    assert "".join(words for words, _ in pieces).endswith("《没有的办法》第一条")


def test_the_glossary_gives_each_term_with_its_source(client, city):
    load_library()

    page = client.get("/library/glossary/").content.decode()

    assert 'id="all_domain"' in page
    assert "/library/plan_2021/#art-g-2" in page
    assert Term.objects.count() == 10


# --- Pages ------------------------------------------------------------------------------------------


def test_anybody_comments_on_a_draft_and_follows_the_answer(client, staff):
    round = draft_before_public(staff)
    address = reverse("library:comment_new", args=[round.version.document.code, 1])
    form = client.get(address).context["form"]
    one, other, _ = plain_question.unsign(
        form["token"].value(), purpose=plain_question.PURPOSE, max_age=plain_question.GOOD_FOR
    ).split("-")
    typed = {
        "text": "第一条建议写明范围。",
        "article": "第一条",
        "key": form["key"].value(),
        "token": form["token"].value(),
        "answer": str(int(one) + int(other)),
    }

    wrong = client.post(address, {**typed, "answer": "99"})
    page = client.post(address, typed, follow=True)

    assert wrong.status_code == 422
    assert "回答不正确" in wrong.content.decode()
    assert "还没有答复" in page.content.decode()
    actions.answer_comment(Comment.objects.get(), verdict="adopted", text="已写明。", by=staff)
    assert "已写明。" in client.get(page.request["PATH_INFO"]).content.decode()


def test_a_comment_is_public_only_with_its_answer(client, staff):
    round = draft_before_public(staff)
    said = say(round, text="请改为五日。")
    address = reverse("library:comments", args=[round.version.document.code, 1])
    assert "请改为五日" not in client.get(address).content.decode()

    actions.answer_comment(said, verdict="declined", text="法律已有规定。", by=staff)

    assert "法律已有规定" in client.get(address).content.decode()


def test_two_versions_are_compared_word_by_word(client, staff):
    first = published(staff)
    following(first, staff, date(2025, 1, 1))

    page = client.get(reverse("library:compare", args=[first.document.code, 1, 2])).content.decode()

    assert "<ins>新的</ins>" in page
    assert "删去" in page
    assert "新增" in page


def test_staff_take_a_policy_from_its_entry_to_its_page(client, staff):
    client.force_login(staff, backend=BACKEND)
    client.post(
        "/desk/library/new/",
        {"name": "示例资助办法", "code": "grants", "kind": "rule", "level": "city", "summary": ""},
    )
    address = "/desk/library/documents/grants/versions/1/"
    seen = client.get(address).context["form"]["seen"].value()
    client.post(address, {"label": "2026年", "text": "第一条　为了资助。", "seen": seen})

    answer = client.post(f"{address}publish/", {"publish-in_force_from": "2026-01-01"})

    assert answer.status_code == 302
    client.logout()
    assert "为了资助" in client.get("/library/grants/").content.decode()


def test_a_step_with_a_gap_keeps_what_was_typed(client, staff):
    version = drafted(staff)
    client.force_login(staff, backend=BACKEND)

    page = client.post(f"{version.get_desk_url()}publish/", {"publish-document_number": "示例〔2026〕1号"})

    assert page.status_code == 422
    assert "示例〔2026〕1号" in page.content.decode()


@pytest.mark.parametrize("name", ["library:list", "library_desk:list"])
def test_a_list_costs_the_same_for_one_document_as_for_fifteen(
    client, staff, name, django_assert_max_num_queries
):
    client.force_login(staff, backend=BACKEND)
    published(staff)

    def count():
        with django_assert_max_num_queries(60) as asked:
            client.get(reverse(name))
        return len(asked.captured_queries)

    count()
    few = count()
    for _ in range(14):
        published(staff)
    assert count() == few


def test_a_count_of_open_comments_below_nothing_is_refused(staff):
    round = draft_before_public(staff)

    with pytest.raises(IntegrityError), transaction.atomic():
        CommentRound.objects.filter(pk=round.pk).update(open_count=F("open_count") - 1)


def test_the_triggers_of_the_library_stand_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname = 'outreach_published_articles_stay'")
        assert cursor.fetchone() == (1,)


def test_a_document_code_is_an_address(staff):
    document = DocumentFactory(created_by=staff)

    with pytest.raises(IntegrityError, match="document_code_is_an_address"):
        Document.objects.filter(pk=document.pk).update(code="glossary")
