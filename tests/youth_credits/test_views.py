"""Schools' pages in the browser's place: what each answers, to whom, and what it writes down."""

import io
import uuid

import pytest
from pypdf import PdfReader

from portal.audit import AuditEntry
from portal.documents import IssuedPaper
from portal.notices import Notice
from portal.scope import scope
from portal.templatetags.portal_tags import cn_date
from tests.youth_credits.factories import HELD, enrol, file, name, number, row, workbook
from youth_credits import queries
from youth_credits.models import Batch, Credit, OccasionClaim, Student, StudentYear
from youth_credits.queries import waiting_for

BASE = "/desk/credits/"


@pytest.fixture
def children(school, school_clerk, rules):
    with scope(f"school:{school.pk}"):
        return enrol(school, school_clerk)


@pytest.fixture
def others(other_school, other_clerk, rules):
    with scope(f"school:{other_school.pk}"):
        return enrol(other_school, other_clerk, first=10)


def grid_form(children, **values):
    return {
        "key": uuid.uuid4(),
        "name": "植物标本制作",
        "kind": "A1",
        "held_on": HELD,
        "minutes": 90,
        "present": [str(child.uuid) for child in children],
        **values,
    }


@pytest.fixture
def batch(signed_in, school, school_clerk, children) -> Batch:
    signed_in(school_clerk).post(f"{BASE}grid/?class=5-1", grid_form(children))
    with scope(f"school:{school.pk}"):
        return Batch.objects.get(kind=Batch.Kind.GRID)


PAGES = ["", "students/", "import/", "import/template/", "roll/", "roll/template/", "grid/", "batches/"]


@pytest.mark.parametrize("page", PAGES)
def test_each_page_answers_its_school(signed_in, school_clerk, children, page):
    assert signed_in(school_clerk).get(BASE + page).status_code == 200


@pytest.mark.parametrize("page", [*PAGES, "verify/"])
def test_no_page_answers_staff_or_an_officer(signed_in, staff, officer, rules, page):
    for person in (staff, officer):
        assert signed_in(person).get(BASE + page).status_code == 403
    assert AuditEntry.objects.filter(action="denied").count() == 2


def test_a_verifier_records_nothing(signed_in, school_verifier, children):
    assert signed_in(school_verifier).get(f"{BASE}import/").status_code == 403


def test_another_schools_child_and_batch_are_not_there(
    signed_in, school_clerk, children, others, other_school
):
    with scope(f"school:{other_school.pk}"):
        theirs = Batch.objects.get()
    client = signed_in(school_clerk, factor=True)

    for path in ("", "whole/", "consent/", "consent/withdraw/", "transcript/"):
        address = f"{BASE}students/{others[0].uuid}/{path}"
        assert (client.post if path else client.get)(address, {"reason": "x"}).status_code == 404
    for path in ("", "keep/", "drop/", "retry/", "undo/"):
        address = f"{BASE}batches/{theirs.uuid}/{path}"
        assert (client.post if path else client.get)(address).status_code == 404
    assert client.get(f"{BASE}batches/{theirs.uuid}/faults/").status_code == 404


def test_opening_a_child_is_written_down(signed_in, school_clerk, children):
    answer = signed_in(school_clerk).get(children[0].get_absolute_url())

    assert "王*涵" in answer.text
    assert name(0) not in answer.text
    assert number(0) not in answer.text
    entry = AuditEntry.objects.get(action="view")
    assert (entry.subject_type, entry.subject_id) == ("youth_credits.Student", str(children[0].pk))


@pytest.mark.parametrize("sought", ["number", "name"])
def test_a_child_is_found_by_whole_number_or_whole_name(signed_in, school_clerk, children, sought):
    typed = {"number": f" {number(1).lower()} ", "name": "李 雨桐"}[sought]

    answer = signed_in(school_clerk).post(f"{BASE}students/", {"sought": typed})

    assert (answer.status_code, answer.url) == (302, children[1].get_absolute_url())


def test_no_address_of_a_search_holds_what_was_sought(signed_in, school_clerk, children):
    client = signed_in(school_clerk)

    answer = client.post(f"{BASE}students/", {"sought": number(1)})

    assert number(1) not in answer.url
    assert len(client.get(f"{BASE}students/", {"q": number(1)}).context["rows"]) == 3


def test_children_of_one_name_are_listed_to_choose_from(signed_in, school, school_clerk, children):
    with scope(f"school:{school.pk}"):
        enrol(school, school_clerk, heads=1, first=8)  # the first name again

    answer = signed_in(school_clerk).post(f"{BASE}students/", {"sought": name(0)})

    assert [one.name_masked for one in answer.context["rows"]] == ["王*涵", "王*涵"]


@pytest.mark.parametrize("typed", ["", "\u3000", "\0", "x" * 10_000])
def test_an_odd_search_says_what_to_do(signed_in, school_clerk, children, typed):
    answer = signed_in(school_clerk).post(f"{BASE}students/", {"sought": typed})

    assert answer.status_code == 422


def test_a_search_for_nobody_says_so(signed_in, school_clerk, children, others):
    answer = signed_in(school_clerk).post(f"{BASE}students/", {"sought": number(10)})

    assert "没有找到" in answer.text


@pytest.mark.parametrize(
    "query", ["?q=%00", "?q=" + "x" * 10_000, "?class=²-³", "?class=99-1", "?after=!!", "?before=e30"]
)
def test_odd_questions_are_answered(signed_in, school_clerk, children, query):
    assert signed_in(school_clerk).get(f"{BASE}students/{query}").status_code == 200


def test_the_whole_number_asks_for_a_second_factor(signed_in, school_clerk, children):
    address = f"{BASE}students/{children[0].uuid}/whole/"

    answer = signed_in(school_clerk).post(address, {"reason": "家长核对"})

    assert answer.status_code == 302
    assert not AuditEntry.objects.filter(action="reveal").exists()


def test_the_whole_number_is_shown_once_for_a_reason(signed_in, school_clerk, children):
    client = signed_in(school_clerk, factor=True)
    address = f"{BASE}students/{children[0].uuid}/whole/"

    assert client.post(address, {"reason": " "}).status_code == 422
    shown = client.post(address, {"reason": "家长核对"}).text

    assert number(0) in shown
    assert AuditEntry.objects.get(action="reveal").note == "家长核对"
    assert number(0) not in client.get(children[0].get_absolute_url()).text


def test_the_grid_names_the_children_and_that_is_written_down(signed_in, school_clerk, children):
    answer = signed_in(school_clerk).get(f"{BASE}grid/?class=5-1")

    assert all(name(serial) in answer.text for serial in range(3))
    assert number(0) not in answer.text
    entry = AuditEntry.objects.get(action="view")
    assert entry.note == "班级登记，五年级1班学生姓名"


def test_a_class_is_recorded_with_the_absent_left_out(batch, school, children):
    with scope(f"school:{school.pk}"):
        assert (batch.status, batch.rows_new, Credit.objects.count()) == (Batch.Status.KEPT, 3, 3)


def test_the_same_grid_sent_again_is_recorded_once(signed_in, school, school_clerk, children):
    client = signed_in(school_clerk)
    form = grid_form(children[:2])
    for _ in range(3):
        assert client.post(f"{BASE}grid/?class=5-1", form).status_code == 302

    with scope(f"school:{school.pk}"):
        assert (Batch.objects.filter(kind="grid").count(), Credit.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"present": []}, "至少勾选一名"),
        ({"held_on": "2099-01-01"}, "不能晚于今天"),
        ({"held_on": "2025-02-30"}, "请按 2026-09-01 的格式填写"),
        ({"held_on": "2019-09-05"}, "不在本学年或上一学年"),
        ({"minutes": "很久"}, "请填分钟数"),
        ({"minutes": 0}, "1 至 1,440 之间的整数"),
        ({"name": "\u3000"}, "请填写活动名称"),
        ({"kind": "A8"}, "选择"),
        ({"starts_at": "25:00"}, "请按 14:30 的格式填写"),
        ({"key": "1"}, "UUID"),
    ],
)
def test_a_grid_with_a_fault_says_what_to_do_and_keeps_nothing(
    signed_in, school, school_clerk, children, values, said
):
    answer = signed_in(school_clerk).post(f"{BASE}grid/?class=5-1", grid_form(children, **values))

    assert answer.status_code == 422
    assert said in answer.text
    with scope(f"school:{school.pk}"):
        assert Credit.objects.count() == 0


def test_a_sheet_goes_from_upload_to_ledger(signed_in, school, school_clerk, children, run_jobs):
    client = signed_in(school_clerk, factor=True)
    form = {"key": uuid.uuid4(), "file": file(workbook([row(0), row(1), row(2, 姓名="别人")]))}
    page = client.post(f"{BASE}import/", form).url
    waiting = client.get(page)
    run_jobs()
    checked = client.get(page).text
    client.post(f"{page}keep/", {"only_good": "on"})
    run_jobs()
    kept = client.get(page).text

    assert "处理进度" in waiting.text
    assert "仅导入正确的 2 行" in checked
    assert "姓名与名册不一致" in checked
    assert "已导入" in kept
    with scope(f"school:{school.pk}"):
        assert Credit.objects.count() == 2
    faults = client.get(f"{page}faults/")
    assert faults.content.startswith(b"PK")
    assert (
        AuditEntry.objects.filter(action="export").exists()
        or AuditEntry.objects.filter(subject_type__contains="faults").exists()
    )


def test_an_upload_sent_again_is_one_batch(signed_in, school, school_clerk, children):
    client = signed_in(school_clerk)
    key = uuid.uuid4()
    for _ in range(3):
        client.post(f"{BASE}import/", {"key": key, "file": file(workbook([row(0)]))})

    with scope(f"school:{school.pk}"):
        assert Batch.objects.filter(kind="credits").count() == 1


HOSTILE = {
    "nothing": b"",
    "a PDF": b"%PDF-1.7\n1 0 obj",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(50),
    "a broken archive": b"PK\x03\x04" + bytes(80),
    "a page": b"<html><table><tr><td>1</td></tr></table></html>",
    "a program": b"MZ" + bytes(200),
    "noise": bytes(range(256)) * 20,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_sheet_gets_one_answer_beside_the_field(signed_in, school, school_clerk, children, kind):
    answer = signed_in(school_clerk).post(
        f"{BASE}import/", {"key": uuid.uuid4(), "file": file(HOSTILE[kind], "学分.xlsx")}
    )

    assert answer.status_code == 422
    assert len(answer.context["form"].errors["file"]) == 1
    with scope(f"school:{school.pk}"):
        assert Batch.objects.filter(kind="credits").count() == 0


def test_a_verifier_passes_a_batch_and_the_clerk_is_told(
    signed_in, school, school_clerk, school_verifier, batch
):
    with scope(f"school:{school.pk}"):
        assert [item.title for item in waiting_for(school_verifier)] == ["待审核的学分"]
    client = signed_in(school_verifier, factor=True)
    assert client.get(batch.get_absolute_url()).status_code == 200

    client.post(f"{BASE}batches/{batch.uuid}/verify/")

    with scope(f"school:{school.pk}"):
        assert Batch.objects.get(pk=batch.pk).status == Batch.Status.VERIFIED
    assert Notice.objects.filter(recipient=school_clerk, text__contains="审核通过").exists()


def test_a_verifier_returns_one_entry_with_a_remark(signed_in, school, school_clerk, school_verifier, batch):
    with scope(f"school:{school.pk}"):
        entry = Credit.objects.order_by("pk").first()
    client = signed_in(school_verifier, factor=True)

    assert client.post(f"{BASE}batches/{batch.uuid}/return-entries/", {"chosen": entry.pk}).status_code == 422
    client.post(f"{BASE}batches/{batch.uuid}/return-entries/", {"chosen": entry.pk, "note": "没有到场"})

    with scope(f"school:{school.pk}"):
        assert Credit.objects.filter(reverses=entry.pk).exists()
    assert "没有到场" in Notice.objects.filter(recipient=school_clerk).latest("pk").text


def test_returning_entries_asks_for_a_second_factor(signed_in, school, school_verifier, batch):
    with scope(f"school:{school.pk}"):
        entry = Credit.objects.order_by("pk").first()
    address = f"{BASE}batches/{batch.uuid}/return-entries/"

    answer = signed_in(school_verifier).post(address, {"chosen": entry.pk, "note": "没有到场"})

    assert answer.status_code == 302
    with scope(f"school:{school.pk}"):
        assert not Credit.objects.filter(reverses=entry.pk).exists()


def verified(signed_in, school_verifier, batch):
    client = signed_in(school_verifier, factor=True)
    client.post(f"{BASE}batches/{batch.uuid}/verify/")
    return client


def test_a_transcript_is_a_paper_that_anyone_can_check(signed_in, school_verifier, batch, children):
    client = verified(signed_in, school_verifier, batch)

    answer = client.post(f"{BASE}students/{children[0].uuid}/transcript/")

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    paper = IssuedPaper.objects.get()
    for words in (name(0), "植物标本制作", "0.75", paper.number, cn_date(paper.issued_at)):
        assert words in text.replace("\n", "")
    assert dict(paper.public_facts)["学年"] == "2025–2026学年"
    assert number(0) not in text
    client.logout()
    shown = client.get(paper.get_absolute_url()).text
    assert "王*涵" in shown
    assert name(0) not in shown


def test_a_transcript_is_revoked_when_its_credits_are_returned(signed_in, school_verifier, batch, children):
    client = verified(signed_in, school_verifier, batch)
    client.post(f"{BASE}students/{children[0].uuid}/transcript/")

    client.post(f"{BASE}batches/{batch.uuid}/return/", {"note": "弄虚作假"})

    assert IssuedPaper.objects.get().revoked_at is not None


def test_one_verified_entry_is_returned_and_the_transcript_of_its_child_alone_ends(
    signed_in, school, school_verifier, batch, children
):
    client = verified(signed_in, school_verifier, batch)
    with scope(f"school:{school.pk}"):
        entries = {entry.student_id: entry.pk for entry in Credit.objects.all()}
    for child in children[:2]:
        client.post(f"{BASE}students/{child.uuid}/transcript/")
    page = client.get(f"{BASE}batches/{batch.uuid}/").text
    assert f'name="chosen" value="{entries[children[0].pk]}"' in page
    assert "只有这些学生已开具的成绩单作废" in page

    client.post(
        f"{BASE}batches/{batch.uuid}/return-entries/", {"chosen": entries[children[0].pk], "note": "没有到场"}
    )

    first, second = IssuedPaper.objects.order_by("pk")
    assert first.revoked_at is not None
    assert second.revoked_at is None
    with scope(f"school:{school.pk}"):
        assert Batch.objects.get(pk=batch.pk).status == Batch.Status.VERIFIED
        totals = {year.student_id: year.entries for year in StudentYear.objects.all()}
        shown = [len(queries.transcript_entries(child)) for child in children[:2]]
        standing = OccasionClaim.objects.filter(entry=entries[children[0].pk]).exists()
    assert [totals[child.pk] for child in children[:2]] == shown == [0, 1]
    assert not standing


def test_a_child_under_14_without_consent_gets_no_public_paper(
    signed_in, school, school_verifier, batch, children
):
    with scope(f"school:{school.pk}"):
        Student.objects.filter(pk=children[0].pk).update(consented_on=None, consent_version="")
    client = verified(signed_in, school_verifier, batch)

    client.post(f"{BASE}students/{children[0].uuid}/transcript/")

    assert IssuedPaper.objects.count() == 0


def test_consent_is_noted_and_withdrawn_at_once(signed_in, school, school_clerk, children):
    client = signed_in(school_clerk)
    paper = {"on": "2026-01-05", "signer": "王大明"}
    client.post(f"{BASE}students/{children[0].uuid}/consent/withdraw/", paper)
    with scope(f"school:{school.pk}"):
        student = Student.objects.get(pk=children[0].pk)
    assert not student.has_consent(HELD.replace(year=2026))

    client.post(f"{BASE}students/{children[0].uuid}/consent/", paper)

    with scope(f"school:{school.pk}"):
        assert Student.objects.get(pk=children[0].pk).has_consent(HELD.replace(year=2026))


def test_a_filled_template_asks_for_a_second_factor_and_is_written_down(signed_in, school_clerk, children):
    address = f"{BASE}import/template/?class=5-1"
    assert signed_in(school_clerk).get(address).status_code == 302

    answer = signed_in(school_clerk, factor=True).get(address)

    assert answer.content.startswith(b"PK")
    assert AuditEntry.objects.filter(note="五年级1班").exists()


def test_a_batch_says_how_many_entries_undoing_takes_back(signed_in, school_clerk, school_verifier, batch):
    with scope(f"school:{batch.organization_id}"):
        first, *others = Credit.objects.filter(batch=batch).order_by("pk")
    returned = {"chosen": first.pk, "note": "没有到场"}
    signed_in(school_verifier, factor=True).post(f"{BASE}batches/{batch.uuid}/return-entries/", returned)

    page = signed_in(school_clerk).get(batch.get_absolute_url()).text

    assert f"将冲销 {len(others)} 条记录" in page


def test_a_batch_is_undone_from_its_page(signed_in, school, school_clerk, batch):
    signed_in(school_clerk, factor=True).post(f"{BASE}batches/{batch.uuid}/undo/")

    with scope(f"school:{school.pk}"):
        assert Batch.objects.get(pk=batch.pk).status == Batch.Status.UNDONE


def test_the_list_of_students_costs_the_same_for_one_and_for_thirty(
    signed_in, school, school_clerk, children, django_assert_num_queries, django_assert_max_num_queries
):
    client = signed_in(school_clerk)
    client.get(f"{BASE}students/")
    with django_assert_max_num_queries(15) as few:
        client.get(f"{BASE}students/")
    with scope(f"school:{school.pk}"):
        enrol(school, school_clerk, heads=27, first=20)

    with django_assert_num_queries(len(few)):
        client.get(f"{BASE}students/")
