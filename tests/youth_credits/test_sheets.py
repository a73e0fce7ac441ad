"""The staged lane as a school goes through it: upload, check, decide, keep, undo."""

import io
from contextlib import suppress
from datetime import date, timedelta

import pytest
from python_calamine import load_workbook

from portal import jobs
from portal.audit import AuditEntry
from portal.errors import Refused
from portal.jobs import Job
from portal.scope import scope
from portal.sheets import read_table
from tests.youth_credits.factories import enrol, name, number, roll_workbook, row, uploaded, workbook
from youth_credits import actions, queries, sheets, tasks
from youth_credits.models import Batch, Credit, Student, StudentYear
from youth_credits.sheets import CellFault

Status = Batch.Status


@pytest.fixture
def check(students, in_school, school_clerk, run_jobs):
    """Upload rows and check them; returns the batch."""

    def upload(rows, *, data=None, filename="学分.xlsx"):
        batch = uploaded(in_school, school_clerk, data or workbook(rows), filename=filename)
        run_jobs()
        batch.refresh_from_db()
        return batch

    return upload


@pytest.fixture
def keep(check, school_clerk, run_jobs):
    """Upload, check and keep rows."""

    def upload(rows, *, only_good=False):
        batch = check(rows)
        actions.keep(batch, only_good=only_good, by=school_clerk)
        run_jobs()
        batch.refresh_from_db()
        return batch

    return upload


def faults(batch) -> list[tuple]:
    return [(fault.line, fault.column, fault.reason) for fault in sheets.first_faults(batch)]


def counts(batch) -> tuple:
    return batch.rows_read, batch.rows_new, batch.rows_same, batch.rows_faulty


def test_a_good_sheet_is_checked_and_nothing_is_kept_before_the_decision(check):
    batch = check([row(0), row(1)])

    assert (batch.status, counts(batch), Credit.objects.count()) == (Status.CHECKED, (2, 2, 0, 0), 0)


def test_a_kept_sheet_stands_in_the_ledger_with_its_totals(keep):
    batch = keep([row(0), row(1, **{"时长（分钟）": 120})])

    assert (batch.status, Credit.objects.count()) == (Status.KEPT, 2)
    assert sorted(StudentYear.objects.values_list("credits", flat=True)) == [0.75, 1]
    assert queries.unbalanced() == []


def test_the_same_sheet_again_is_nothing_new_and_says_so(keep, check):
    keep([row(0), row(1)])

    batch = check([row(0), row(1), row(2)])

    assert counts(batch) == (3, 1, 2, 0)


def test_keeping_nothing_new_is_refused(keep, check, school_clerk):
    keep([row(0)])
    batch = check([row(0)])

    with pytest.raises(Refused, match="没有需要导入的行"):
        actions.keep(batch, only_good=False, by=school_clerk)


def test_a_faulty_row_keeps_all_out_unless_the_good_ones_are_asked_for(check, school_clerk):
    batch = check([row(0), row(1, 姓名="别人")])

    with pytest.raises(Refused, match="1 行有误"):
        actions.keep(batch, only_good=False, by=school_clerk)


def test_the_good_rows_are_kept_by_the_second_decision(keep):
    batch = keep([row(0), row(1, 姓名="别人")], only_good=True)

    assert (batch.status, counts(batch), Credit.objects.count()) == (Status.KEPT, (2, 1, 0, 1), 1)


FAULTY = [
    ({"学籍号": None}, "学籍号", "请填写学籍号"),
    ({"学籍号": "G4403"}, "学籍号", "学籍号应为 19 位"),
    ({"学籍号": number(0)[:-1] + ("0" if number(0)[-1] != "0" else "1")}, "学籍号", "学籍号校验不符"),
    ({"学籍号": number(77)}, "学籍号", "本校名册中没有这个学籍号"),
    ({"学籍号": 440305201403010000}, "学籍号", "学籍号被表格软件改成了科学计数"),
    ({"姓名": "王小明"}, "姓名", "姓名与名册不一致"),
    ({"姓名": None}, "姓名", "没有填写姓名"),
    ({"活动名称": None}, "活动名称", "没有填写活动名称"),
    ({"活动名称": "长" * 101}, "活动名称", "活动名称超过 100 个字"),
    ({"类别": "A11"}, "类别", "没有这个类别"),
    ({"类别": None}, "类别", "没有填写类别"),
    ({"活动日期": None}, "活动日期", "没有填写活动日期"),
    ({"活动日期": "2025-02-29"}, "活动日期", "日期无法识别或不存在"),
    ({"活动日期": "上周三"}, "活动日期", "日期无法识别或不存在"),
    ({"活动日期": date(2099, 1, 1)}, "活动日期", "活动日期晚于今天"),
    ({"活动日期": date(2010, 1, 1)}, "活动日期", "活动日期不在本学年或上一学年"),
    ({"时长（分钟）": None}, "时长（分钟）", "没有填写时长"),
    ({"时长（分钟）": "一节课"}, "时长（分钟）", "时长不是数字"),
    ({"时长（分钟）": 0}, "时长（分钟）", "时长不是 1 至 30,000 之间的整数"),
    ({"时长（分钟）": 90.5}, "时长（分钟）", "时长不是 1 至 30,000 之间的整数"),
    ({"时长（分钟）": 2000}, "时长（分钟）", "时长超过一天"),
    ({"时长（分钟）": 2}, "时长（分钟）", "只填了 2，像是学分或小时数"),
    ({"开始时间": "下午"}, "开始时间", "开始时间无法识别"),
    ({"类别": "A8", "活动名称": "创新大赛"}, "获奖等级", "请填写获奖等级"),
    ({"类别": "A8", "活动名称": "创新大赛", "获奖等级": "特等奖"}, "获奖等级", "没有“特等奖”这一等级"),
    ({"类别": "A8", "活动名称": "创新大赛", "获奖等级": "参赛"}, "证书编号", "没有填写证书编号"),
    ({"类别": "A7"}, "认定学分", "请填写评议认定的学分"),
    ({"类别": "A7", "认定学分": 9}, "认定学分", "评议学分应在 2 至 4 之间"),
    ({"类别": "A7", "认定学分": "很多"}, "认定学分", "认定学分不是数字"),
]


@pytest.mark.parametrize(("cells", "column", "reason"), FAULTY)
def test_each_fault_names_its_row_column_and_reason(check, cells, column, reason):
    batch = check([row(1), row(0, **cells)])

    assert [(line, at) for line, at, _ in faults(batch)][:1] == [(3, column)]
    assert faults(batch)[0][2].startswith(reason)
    assert counts(batch) == (2, 1, 0, 1)


def test_all_faults_of_a_row_are_reported_at_once(check):
    batch = check([row(0, 姓名="别人", 类别="X", **{"时长（分钟）": "长"})])

    assert [column for _, column, _ in faults(batch)] == ["姓名", "类别", "时长（分钟）"]


def test_a_doubled_row_names_the_first_one(check):
    batch = check([row(0), row(1), row(0)])

    assert faults(batch) == [(4, "活动名称", "与第 2 行重复")]


def test_a_certificate_counts_once_in_the_sheet_and_in_the_ledger(keep, check):
    award = {"类别": "A8", "获奖等级": "市级一等奖", "证书编号": "SZ-2025-001"}
    keep([row(0, 活动名称="创新大赛", **award)])

    batch = check([row(1, 活动名称="另一项", **award), row(2, 活动名称="又一项", **award)])

    assert [reason for _, _, reason in faults(batch)] == ["证书编号此前已登记", "证书编号与第 2 行相同"]


@pytest.mark.parametrize("typed", [440305201403010000, "4.40305E+17"])
def test_a_number_in_scientific_notation_is_one_fault(check, typed):
    batch = check([row(0), row(1, 学籍号=typed)])

    assert faults(batch) == [(3, "学籍号", "学籍号被表格软件改成了科学计数")]


def test_a_number_in_scientific_notation_does_not_hide_the_rows_other_fault(check):
    batch = check([row(0, 学籍号="4.40305E+17", 类别="A11")])

    assert [column for _, column, _ in faults(batch)] == ["学籍号", "类别"]


def test_a_roll_tells_a_number_in_scientific_notation_once(in_school, school_clerk, run_jobs):
    cells = {"学籍号": "4.40305E+17", "姓名": "王子涵", "年级": "五年级", "班级": 1}
    batch = uploaded(in_school, school_clerk, roll_workbook([cells]), kind=Batch.Kind.ROLL)
    run_jobs()
    batch.refresh_from_db()

    assert faults(batch) == [(2, "学籍号", "学籍号被表格软件改成了科学计数")]


def test_a_number_not_on_the_roll_suggests_the_child_of_that_name(check):
    batch = check([row(0, 学籍号=number(50))])

    assert "有同名学生" in sheets.first_faults(batch)[0].remedy
    assert number(0) not in sheets.first_faults(batch)[0].remedy


def test_a_grade_out_of_scope_is_a_fault(check, in_school, school_clerk):
    enrol(in_school, school_clerk, heads=1, first=5, grade=3)

    assert faults(check([row(5)])) == [(2, "学籍号", "三年级不在本校的学分制实施范围")]


@pytest.mark.parametrize(
    "value", ["2025-10-15", "2025/10/15", "2025.10.15", "2025年10月15日", "20251015", 20251015, 45945]
)
def test_a_day_is_read_however_people_write_it(value):
    assert sheets.day_of(value) == date(2025, 10, 15)


@pytest.mark.parametrize(
    "value", ["", "13", "2025-13-01", 10**400, -1, 1.5, True, "0000-00-00", "²⁰²⁵-10-15"]
)
def test_what_is_no_day_is_a_fault_and_no_crash(value):
    with pytest.raises(CellFault):
        sheets.day_of(value)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999", "９０", 10**400, "-5"])
def test_odd_minutes_are_a_number_or_a_fault(value):
    with suppress(CellFault):
        assert 1 <= sheets.minutes_of(value) <= sheets.MOST_MINUTES


def test_kinds_are_found_by_code_and_by_name(check):
    batch = check([row(0, 类别="a1"), row(1, 类别="校内拓展探究"), row(2, 类别="A1 校内拓展探究")])

    assert counts(batch) == (3, 3, 0, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_of_schools(check, encoding):
    text = "学籍号,姓名,活动名称,类别,活动日期,时长（分钟）\r\n"
    text += f"{number(0)},{name(0)},植物标本制作,A1,2025-10-15,90\r\n"

    batch = check([], data=text.encode(encoding), filename="学分.csv")

    assert counts(batch) == (1, 1, 0, 0)


def test_the_returned_workbook_carries_the_faults_and_can_be_sent_again(check):
    batch = check([row(0), row(1, 姓名="别人")])

    book = load_workbook(io.BytesIO(batch.returned_file.read()))
    rows = book.get_sheet_by_index(0).to_python()

    assert rows[0][0] == "错误"
    assert "姓名与名册不一致" in rows[2][0]
    assert rows[1][0] == ""
    assert counts(check([], data=batch.returned_file.read())) == (2, 1, 0, 1)


def test_files_lie_encrypted_and_for_thirty_days(check):
    batch = check([row(0, 姓名="别人")])

    for kept in (batch.file, batch.returned_file):
        assert kept.is_sealed
        assert not kept.path.read_bytes().startswith(b"PK")
        assert abs(kept.expires_at - kept.created_at - timedelta(days=30)) < timedelta(minutes=1)


def test_the_first_faults_are_sealed_in_the_database(check):
    batch = check([row(0, 姓名="别人姓名")])

    assert "别人姓名".encode() not in bytes(batch.faults_sealed)


def test_no_number_of_a_child_stands_in_the_audit_trail_or_in_a_job(keep):
    keep([row(0)])

    told = str(list(AuditEntry.objects.values())) + str(list(Job.objects.values()))
    assert number(0) not in told
    assert name(0) not in told


@pytest.mark.parametrize("data", [workbook([]), workbook([{"a": 1}], ["a", "b"])])
def test_a_sheet_that_cannot_be_read_ends_with_one_answer(check, data):
    batch = check([], data=data)

    assert batch.status == Status.REFUSED
    assert batch.note.endswith("。")
    assert Job.objects.get().state == Job.State.FAILED
    assert Credit.objects.count() == 0


def test_each_job_twice_is_as_once(keep):
    batch = keep([row(0), row(1)])
    for job in Job.objects.all():
        with scope(f"school:{batch.organization_id}"):
            jobs.HANDLERS[job.kind](job)

    batch.refresh_from_db()
    assert (batch.status, Credit.objects.count()) == (Status.KEPT, 2)
    assert queries.unbalanced() == []


def test_keeping_before_checking_does_nothing(students, in_school, school_clerk):
    batch = uploaded(in_school, school_clerk, workbook([row(0)]))
    job = Job(kind="credit_keep", key="x", payload={"batch": batch.pk, "school": in_school.pk})

    tasks.credit_keep(job)

    batch.refresh_from_db()
    assert (batch.status, Credit.objects.count()) == (Status.UPLOADED, 0)


def test_a_sheet_that_went_stale_is_held_for_a_new_decision(check, school_clerk, run_jobs):
    batch = check([row(0), row(1)])
    Student.objects.filter(name_masked="王*涵").update(is_active=False)

    actions.keep(batch, only_good=False, by=school_clerk)
    run_jobs()

    batch.refresh_from_db()
    assert (batch.status, batch.rows_faulty, Credit.objects.count()) == (Status.CHECKED, 1, 0)
    assert "重新确认" in batch.note


def test_a_job_of_somebody_whose_grant_has_ended_keeps_nothing(check, school_clerk, run_jobs):
    batch = check([row(0)])
    actions.keep(batch, only_good=False, by=school_clerk)
    school_clerk.grants.all().delete()
    for _ in range(3):
        run_jobs()

    batch.refresh_from_db()
    assert Credit.objects.count() == 0
    assert batch.status == Status.KEEPING


# --- The roll -------------------------------------------------------------------------------------


@pytest.fixture
def keep_roll(in_school, school_clerk, run_jobs):
    def upload(rows, *, only_good=False):
        batch = uploaded(in_school, school_clerk, roll_workbook(rows), kind=Batch.Kind.ROLL)
        run_jobs()
        batch.refresh_from_db()
        actions.keep(batch, only_good=only_good, by=school_clerk)
        run_jobs()
        batch.refresh_from_db()
        return batch

    return upload


def child(serial=0, grade="五年级", number_of_class=3, **cells):
    return {"学籍号": number(serial), "姓名": name(serial), "年级": grade, "班级": number_of_class, **cells}


def test_a_roll_adds_children_sealed_and_masked(keep_roll):
    keep_roll([child(0), child(1, 监护人同意日期=date(2025, 9, 1))])

    student = Student.objects.order_by("pk").first()
    assert (student.name_masked, student.number_masked) == ("王*涵", "G440***********00**")
    assert (student.name, student.number) == (name(0), number(0))
    assert number(0).encode() not in bytes(student.number_sealed)
    assert student.turns_14_year == 2028
    assert Student.objects.filter(consented_on__isnull=False).count() == 1


def test_a_roll_again_changes_only_what_differs(keep_roll):
    keep_roll([child(0), child(1), child(2)])

    batch = keep_roll([child(0), child(1, number_of_class=4), child(3)])

    assert (batch.rows_new, batch.rows_changed, batch.rows_same, batch.rows_faulty) == (1, 1, 1, 0)
    assert Student.objects.get(class_number=4).enrolments.count() == 1


def test_a_roll_is_undone_as_a_whole(keep_roll, school_clerk):
    keep_roll([child(0), child(1)])
    batch = keep_roll([child(0, number_of_class=9, 姓名="王子函"), child(2)])

    actions.undo(batch, by=school_clerk)

    assert Student.objects.count() == 2
    first = Student.objects.order_by("pk").first()
    assert (first.class_number, first.name) == (3, name(0))


def test_undoing_a_roll_leaves_children_with_credits(keep_roll, check, in_school, school_clerk, run_jobs):
    batch = keep_roll([child(7)])
    sheet = check([row(7)])
    actions.keep(sheet, only_good=False, by=school_clerk)
    run_jobs()

    actions.undo(batch, by=school_clerk)

    assert Student.objects.filter(number_hash=queries.number_hash(number(7))).exists()


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"年级": "十年级"}, "年级"),
        ({"年级": 0}, "年级"),
        ({"班级": "三"}, "班级"),
        ({"班级": 100}, "班级"),
        ({"姓名": None}, "姓名"),
        ({"监护人同意日期": date(2099, 1, 1)}, "监护人同意日期"),
    ],
)
def test_each_fault_of_a_roll_names_its_column(in_school, school_clerk, run_jobs, cells, column):
    batch = uploaded(in_school, school_clerk, roll_workbook([{**child(0), **cells}]), kind=Batch.Kind.ROLL)
    run_jobs()
    batch.refresh_from_db()

    assert [at for _, at, _ in faults(batch)] == [column]


def test_a_template_with_a_class_reads_back_with_its_numbers(students):
    target = io.BytesIO()

    assert sheets.credit_template(target, students) == 3

    table = read_table(target.getvalue(), expect=sheets.CREDIT_HEADERS, optional=sheets.CREDIT_OPTIONAL)
    assert [cells[0] for cells in table.rows] == [student.number for student in students]


def test_a_template_lists_the_awards_from_the_highest_down(rules):
    target = io.BytesIO()
    sheets.credit_template(target)

    told = load_workbook(io.BytesIO(target.getvalue())).get_sheet_by_name("填表说明").to_python()
    note = next(row[1] for row in told if row[0] == "获奖等级")
    assert (
        note.index("国家级一等奖") < note.index("省级一等奖") < note.index("省级三等奖") < note.index("参赛")
    )


def test_an_empty_template_has_the_headers_the_reader_wants(rules):
    target = io.BytesIO()
    sheets.credit_template(target)

    book = load_workbook(io.BytesIO(target.getvalue()))
    headers = [str(cell).lstrip("*") for cell in book.get_sheet_by_index(0).to_python()[0]]
    assert headers == sheets.CREDIT_HEADERS
