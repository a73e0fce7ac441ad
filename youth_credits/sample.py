"""Invented children with synthetic numbers in invented schools, marked so, with credits over some years.

COPY into tables under row-level security is refused: rows are staged, then inserted as steward.
"""

import random
import uuid
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from events import actions as events
from events.models import Award, AwardLevel, Event, Result, Session
from outreach.models import Title, TitleKind
from portal import audit, files
from portal.accounts import User
from portal.calendar import local_today, school_year, term
from portal.errors import Refused
from portal.identifiers import synthetic_student_numbers
from portal.organizations import Organization
from portal.regions import Region
from portal.sample import SCHOOL_NAME, SECOND_SCHOOL_NAME, UNIT_NAME
from portal.scope import scope
from talent.models import Person
from youth_credits import actions, queries
from youth_credits.actions import Occasion, RollRow, promising
from youth_credits.forms import begins
from youth_credits.models import (
    Activity,
    Batch,
    Competition,
    Course,
    Guardianship,
    HoursAward,
    Outing,
    OutingSeat,
    RollOut,
    SpecialCase,
    Student,
    StudentPass,
    Suspicion,
)
from youth_credits.queries import RuleBook
from youth_credits.rules import ZERO, earned, within_cap

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗"
GIVEN = "子涵雨桐浩然欣怡梓萱宇轩诗琪俊杰思远嘉怡明哲"
GRADES = (5, 6, 7, 8)
HEADS_A_CLASS = 45
PUPILS_A_SCHOOL = 1_500  # beyond that, a district of the sample gets more schools
FULL_SCHOOL = 90  # children a cohort of the sample account's school
BATCH_OF = 5_000  # students sealed and copied at a time
ENTRIES_A_YEAR = 8  # on average, of a child that takes part

SAMPLE_PEOPLE = {"guardian", "education", "staff", "school", "school_verifier"}

# kind, name, provider, minutes
FIRST_CONSENT = date(2018, 9, 1)  # the first day of the first text
ACTIVITIES = [
    ("A1", "植物标本制作（示例）", "", 120),
    ("A1", "水火箭探究（示例）", "", 90),
    ("A2", "机器人社团（示例）", "", 900),
    ("A3", "校园科技节（示例）", "", 180),
    ("A4", "院士科普讲座（示例）", "", 60),
    ("A4", "海洋科普进校园（示例）", "", 45),
    ("A5", "红树林湿地课程（示例）", "红树林自然教育中心（示例）", 120),
    ("A5", "无人机编程课程（示例）", "深圳科学技术馆（示例）", 180),
    ("A5", "天文观测课程（示例）", "天文台（示例）", 150),
    ("A6", "科技馆任务单参观（示例）", "深圳科学技术馆（示例）", 120),
    ("A9", "小讲解员（示例）", "自然博物馆（示例）", 120),
    ("A10", "人工智能通识网课（示例）", "在线课程（示例）", 120),
]


@transaction.atomic
def load(*, students: int, resources: int, years: int, rng: random.Random, by: User) -> None:
    """Load invented students and credits. The same arguments give the same data, keys and seals apart."""
    with scope("steward"):
        if Student.objects.exists():
            return
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL jit = off")
        audit.event("load_sample", by=by, kind="youth_credits", note=f"{students} 名示例学生，{years} 个学年")
        _roll_out(by)
        _recognise()
        schools = _schools(students)
        _load_students(students, schools, years, rng)
        today = local_today()
        for year in range(school_year(today) - years + 1, school_year(today) + 1):
            _load_year(year, schools, rng, by=by, today=today)
            for school in schools:
                actions.refresh_totals(school.pk, year)
        _draft_rules(today, by=by)
        _offers(schools[0], rng, by=by)
        _guardian_and_offices(schools[0])
        _team(schools[0])
        _transfer(schools[0])


# Title, minutes, hands-on minutes, seats, place.
COURSES = [
    ("机器人搭建与编程（示例）", 120, 90, 45, "一层创客空间"),
    ("海洋微生物观察（示例）", 120, 80, 45, "二层生命实验室"),
    ("天文望远镜制作（示例）", 150, 110, 40, "三层天象厅"),
]


def _offers(school: Organization, rng: random.Random, *, by: User) -> None:
    """Courses of the sample unit, an outing to one of them, something odd, and less asked of a child."""
    base = Organization.objects.select_related("region").filter(name=UNIT_NAME).first()
    if base is None:
        return
    today = local_today()
    _title_of(base, today, by)
    courses = [
        Course.objects.create(
            organization=base,
            region=base.region,
            created_by=by,
            title=title,
            summary="示例课程：按任务单动手完成，现场有辅导老师。",
            minutes=minutes,
            practice_minutes=practice,
            capacity=seats,
            place=place,
            contact="电话预约（示例）",
            **_decided(number, today),
        )
        for number, (title, minutes, practice, seats, place) in enumerate(COURSES)
    ]
    students = list(
        Student.objects.active().filter(school=school, grade=GRADES[0], class_number=1).order_by("pk")[:30]
    )
    if not students:
        return
    held = begins(today - timedelta(days=3), time(9, 30))
    outing = Outing.objects.create(
        organization=school,
        region=school.region,
        created_by=by,
        course=courses[0],
        base=base,
        starts_at=held,
        heads=len(students),
    )
    numbers = actions.issue_passes(students, by=by)
    OutingSeat.objects.bulk_create(
        OutingSeat(
            outing=outing,
            student=one,
            school=school,
            base=base,
            pass_number=numbers[one.pk],
            family_name=one.name[:1],
        )
        for one in students
    )
    _contest(list(numbers.values())[:6], base, by=by)
    # The last one has lost the card since.
    StudentPass.objects.filter(student=students[-1]).update(ended_at=timezone.now())
    actions.issue_passes(students[-1:], by=by)
    year = school_year(today)
    SpecialCase.objects.create(
        organization=school,
        region=school.region,
        created_by=by,
        student=rng.choice(students),
        school_year=year,
        kind=SpecialCase.Kind.LATE,
        share=Decimal("0.8"),
        reason="10 月中旬由外市转入（示例）",
    )
    Suspicion.objects.create(
        organization=base,
        region=base.region,
        created_by=by,
        kind=Suspicion.Kind.BASE,
        key="sample:base",
        reason=f"{base.name}：{ODD_BASE}",
        school_year=year,
        seen_at=timezone.now(),
    )
    for number, (kind, reason) in enumerate(ODD):
        Suspicion.objects.create(
            organization=school,
            region=school.region,
            created_by=by,
            kind=kind,
            key=f"sample:{number}",
            reason=reason,
            school_year=year,
            entries=2,
            seen_at=timezone.now(),
        )


def _contest(numbers: list[str], base: Organization, *, by: User) -> None:
    """A competition of the sample unit a week ago, and what some children won there."""
    now = timezone.now()
    event = Event.objects.create(
        organization=base,
        region=base.region,
        created_by=by,
        title=CONTEST,
        kind=Event.Kind.COMPETITION,
        summary="示例活动，内容为虚构，用于演示平台功能。",
        place=f"{base.name}报告厅",
        source="示例数据",
        status=Event.Status.PUBLISHED,
        published_at=now - timedelta(days=30),
    )
    held = begins(local_today() - timedelta(days=7), time(14))
    session = Session.objects.create(event=event, starts_at=held, ends_at=held + timedelta(hours=3))
    Result.objects.bulk_create(
        Result(
            session=session,
            pass_hash=events.pass_hash(number),
            level=level,
            award=award,
            certificate=certificate,
            is_team=certificate == OF_A_TEAM,
            entered_at=now,
        )
        for number, (level, award, certificate) in zip(numbers, WON, strict=False)
    )


def _team(school: Organization) -> None:
    """Three children of one class who won together some weeks ago: one certificate, an entry for each."""
    clerk = User.objects.filter(username="school").first()
    class_one = Student.objects.active().filter(school=school, grade=GRADES[-1], class_number=1)
    members = list(class_one.order_by("pk")[:3])
    today = local_today()
    held_on = max(today - timedelta(days=20), date(school_year(today), 9, 1))
    rule = RuleBook(school).find("A8", held_on)
    if clerk is None or rule is None or not members:
        return
    occasion = Occasion(rule, held_on, TEAM_CONTEST, "南山区青少年活动中心（示例）")
    present = [actions.Presence(child, 180, "区级一等奖", "示例-团队-002", is_team=True) for child in members]
    actions.record_each(occasion, present, school=school, key=uuid.uuid4(), by=clerk)


def _transfer(school: Organization) -> None:
    """A child of the school whom the second sample school has asked for: it waits for the school's answer."""
    clerk = User.objects.filter(username="school2").first()
    second = Organization.objects.schools().select_related("region").get(name=SECOND_SCHOOL_NAME)
    child = Student.objects.active().filter(school=school, grade=GRADES[1]).order_by("pk").last()
    if clerk is None or child is None:
        return
    asked = actions.ask_transfer(
        second,
        number=child.number,
        name=child.name,
        grade=child.grade,
        class_number=1,
        on=local_today(),
        key=uuid.uuid4(),
        by=clerk,
    )
    actions.match_transfer(str(asked.uuid), at=timezone.now())


CONTEST, TEAM_CONTEST = SAMPLE_COMPETITIONS = ("青少年科技创新挑战赛（示例）", "青少年机器人团体赛（示例）")
OF_A_TEAM = "示例-团队-001"
WON = [
    (AwardLevel.CITY, Award.FIRST, "示例-001"),
    (AwardLevel.CITY, Award.SECOND, "示例-002"),
    (AwardLevel.DISTRICT, Award.THIRD, "示例-003"),
    ("", Award.ENTRY, "示例-004"),
    (AwardLevel.DISTRICT, Award.FIRST, OF_A_TEAM),
    (AwardLevel.DISTRICT, Award.FIRST, OF_A_TEAM),
]

ODD_BASE = "示例：每次活动平均 1.50 学分，明显高于其他单位（偏离中位数 3.9 个稳健标准差）。"
ODD = [
    (Suspicion.Kind.LONG_DAY, "示例：同一学生一日登记活动 11.5 小时，超过 10 小时。"),
    (Suspicion.Kind.TOO_FAR, "示例：同一学生结束南山区的活动 15 分钟后，已在盐田区开始另一项。"),
]


def _decided(number: int, today: date) -> dict:
    """The last course of the sample still waits to be approved."""
    if number == len(COURSES) - 1:
        return {"status": Course.Status.SUBMITTED, "submitted_at": timezone.now()}
    return {
        "status": Course.Status.APPROVED,
        "decided_at": timezone.now(),
        "valid_from": today - timedelta(days=60),
        "valid_until": today + timedelta(days=600),
    }


def _title_of(base: Organization, today: date, by: User) -> None:
    """The sample unit holds a title, so that its courses count."""
    if Title.objects.in_force(today).filter(organization=base).exists():
        return
    Title.objects.create(
        organization=base,
        region=base.region,
        created_by=by,
        kind=TitleKind.objects.get(code="base"),
        category=Title.Category.VENUE,
        number="示例-学分课程基地-001",
        valid_from=date(today.year - 1, 1, 1),
        valid_until=date(today.year + 3, 12, 31),
        source="示例数据",
    )


def _recognise() -> None:
    """The competitions of the sample are on the list."""
    for name in SAMPLE_COMPETITIONS:
        Competition.objects.get_or_create(
            name=name,
            valid_from=date(2020, 9, 1),
            defaults={"listing": Competition.Listing.CITY, "basis": "示例数据"},
        )


def _roll_out(by: User) -> None:
    """The sample city is in as a whole; of the real one, only the pilot is."""
    for district in Region.objects.districts():
        row = RollOut(
            region=district,
            grade_from=GRADES[0],
            grade_to=GRADES[-1],
            starts_on=date(2018, 9, 1),
            basis="示例数据：全市五至八年级实施",
        )
        actions.save_roll_out(row, by=by)


def _draft_rules(today: date, *, by: User) -> None:
    """A version for the next school year that somebody has begun to write."""
    begins_on = date(school_year(today) + 1, 9, 1)
    draft = actions.draft_rules(area=None, in_force_from=begins_on, basis="示例修订稿（未批准）", by=by)
    rule = draft.rules.select_related("rule_set__area").get(code="A5")
    actions.change_rule(rule, {"cap_per_year": Decimal(4)}, by=by)


def _schools(students: int) -> list[Organization]:
    """Invented schools in every district, the sample account's first: real schools get no invented child."""
    made = []
    each = max(3, students // (11 * PUPILS_A_SCHOOL))
    for district in Region.objects.districts():
        for number in range(1, each + 1):
            school, _ = Organization.objects.get_or_create(
                name=f"{district.name}第{number}示例学校（示例）",
                region=district,
                defaults={"kind": Organization.Kind.SCHOOL, "source": "示例数据"},
            )
            made.append(school)
    first = Organization.objects.schools().select_related("region").get(name=SCHOOL_NAME)
    return [first, *made]


def _load_students(count: int, schools: list[Organization], years: int, rng: random.Random) -> None:
    """Cohorts that began grade 5 in one of the years, so that every year has its four grades."""
    begun = school_year(local_today())
    rolls = _rolls(count, schools, range(begun - years - 2, begun + 1), rng)
    numbers = synthetic_student_numbers((school.region.code[:6], born) for school, _, _, born in rolls)
    texts = queries.ConsentTexts()
    made: list[Student] = []
    for (school, cohort, class_number, _), number in zip(rolls, numbers, strict=True):
        name = f"{rng.choice(SURNAMES)}{rng.choice(GIVEN)}{rng.choice(GIVEN)}"
        consented = max(FIRST_CONSENT, date(cohort, 9, 1)) if rng.random() < 0.9 else None
        grade = min(GRADES[-1] + 1, GRADES[0] + begun - cohort)
        row = RollRow(0, number, name, grade, class_number, consented)
        student = actions.sealed_student(row, school=school, texts=texts)
        student.is_active = grade <= GRADES[-1]
        made.append(student)
        if len(made) == BATCH_OF:
            actions.copy_students(made)
            made.clear()
    actions.copy_students(made)
    with connection.cursor() as cursor:
        cursor.execute(ENROL)


# A child was in grade 5 in the year in which it turned 11, three years before it turned 14.
ENROL = """
INSERT INTO youth_credits_enrolment (student_id, school_id, grade, class_number, starts_on, ends_on)
SELECT id, school_id, 5 + year, class_number, make_date(turns_14_year - 3 + year, 9, 1),
    CASE WHEN NOT is_active OR grade > 5 + year THEN make_date(turns_14_year - 2 + year, 9, 1) END
FROM youth_credits_student, generate_series(0, 3) AS year
WHERE NOT is_active OR grade >= 5 + year
"""


def _rolls(count: int, schools: list[Organization], cohorts: range, rng: random.Random) -> list[tuple]:
    """School, cohort, class and birth date of each child; the sample account's school is a full one."""
    first = min(count // 5, FULL_SCHOOL * len(cohorts))
    others = len(schools) - 1
    share = [first] + [
        (count - first) // others + (number < (count - first) % others) for number in range(others)
    ]
    rolls = []
    for school, heads in zip(schools, share, strict=True):
        for number in range(heads):
            cohort = cohorts[number % len(cohorts)]
            class_number = number // len(cohorts) // HEADS_A_CLASS + 1
            born = date(cohort - 11, 1, 1) + timedelta(days=rng.randrange(365))
            rolls.append((school, cohort, class_number, born))
    return rolls


def _load_year(year: int, schools: list[Organization], rng: random.Random, *, by: User, today: date) -> None:
    """One batch per school, each child in scope with some of the school's activities."""
    book = RuleBook()
    last = min(date(year + 1, 7, 1), today)
    rolls: dict[int, list[int]] = {}
    in_scope = Student.objects.filter(turns_14_year__gte=year, turns_14_year__lte=year + len(GRADES) - 1)
    for student, school in in_scope.order_by("pk").values_list("pk", "school"):
        rolls.setdefault(school, []).append(student)
    schools = [school for school in schools if school.pk in rolls]
    batches = Batch.objects.bulk_create(
        _batch(school, last, by, is_past=year < school_year(today)) for school in schools
    )
    held = [_occasions(year, max(1, (last - date(year, 9, 1)).days), book, rng) for _ in schools]
    activities = Activity.objects.bulk_create(
        _activity(school, one)
        for school, occasions in zip(schools, held, strict=True)
        for one, _ in occasions
    )
    ids = iter(activities)
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.copy("COPY staged_sample FROM STDIN") as copy:
            for school, batch, occasions in zip(schools, batches, held, strict=True):
                keys = [next(ids).pk for _ in occasions]
                for row in _entries(rolls[school.pk], occasions, keys, book, rng):
                    copy.write_row((school.pk, batch.pk, *row))
        cursor.execute(KEEP, {"year": year, "by": by.pk})


def _batch(school: Organization, last: date, by: User, *, is_past: bool) -> Batch:
    """Past years are verified; this year's wait for the verifier."""
    return Batch(
        kind=Batch.Kind.CREDITS,
        status=Batch.Status.VERIFIED if is_past else Batch.Status.KEPT,
        region=school.region,
        organization=school,
        created_by=by,
        note="示例数据",
        kept_at=begins(last, time(8)),
        verified_at=begins(last, time(9)) if is_past else None,
    )


def _activity(school: Organization, one: Occasion) -> Activity:
    return Activity(
        school=school,
        rule=one.rule,
        held_on=one.held_on,
        name=one.name,
        provider=one.provider,
        course=one.course,
    )


def _occasions(year: int, span: int, book: RuleBook, rng: random.Random) -> list[tuple[Occasion, int]]:
    made = []
    for kind, name, provider, minutes in ACTIVITIES:
        held_on = date(year, 9, 1) + timedelta(days=rng.randrange(span))
        rule = book.find(kind, held_on)
        if rule is not None:
            made.append((Occasion(rule, held_on, f"{year}年{name}", provider), minutes))
    return sorted(made, key=lambda pair: pair[0].held_on)


def _entries(
    students: list[int], occasions: list, activities: list[int], book: RuleBook, rng: random.Random
) -> Iterator[tuple]:
    """Entries within the year's caps, a child at a time."""
    worths = [earned(book.rules[one.rule.pk], minutes) for one, minutes in occasions]
    share = ENTRIES_A_YEAR / max(1, len(occasions))
    for student in students:
        diligence = rng.random() * share * 2
        before: dict[str, Decimal] = {}
        for (one, minutes), activity, worth in zip(occasions, activities, worths, strict=True):
            if rng.random() > diligence:
                continue
            code, cap = one.rule.code, one.rule.cap_per_year
            credits = within_cap(worth.credits, cap=cap, before=before.get(code, ZERO))
            before[code] = before.get(code, ZERO) + credits
            reason = worth.reason or ("" if credits == worth.credits else "year_cap")
            used = int(worth.minutes_used * credits / worth.credits) if worth.credits else 0
            yield student, activity, one.rule.pk, minutes, worth.credits, credits, minutes - used, reason


STAGE = """
DROP TABLE IF EXISTS staged_sample;
CREATE TEMP TABLE staged_sample (school_id bigint, batch_id bigint, student_id bigint, activity_id bigint,
    rule_id bigint, minutes int, earned numeric, credits numeric, surplus int, reason text) ON COMMIT DROP
"""
KEEP = """
INSERT INTO youth_credits_credit (student_id, school_id, batch_id, activity_id, rule_id, recorder_id,
    school_year, minutes, earned, credits, surplus_minutes, source, reason, award, certificate)
SELECT student_id, school_id, batch_id, activity_id, rule_id, %(by)s, %(year)s,
    minutes, earned, credits, surplus, 'workbook', reason, '', ''
FROM staged_sample ORDER BY batch_id, student_id;
UPDATE youth_credits_batch b SET rows_read = s.entries, rows_new = s.entries, rows_uncounted = s.uncounted,
    first_entry = s.first, last_entry = s.last
FROM (
    SELECT batch_id, count(*) AS entries, min(id) AS first, max(id) AS last,
        count(*) FILTER (WHERE credits < earned OR credits = 0) AS uncounted
    FROM youth_credits_credit WHERE school_year = %(year)s GROUP BY batch_id
) s WHERE s.batch_id = b.id
"""


def _family_claim(child: Student, *, by: User) -> None:
    """What the sample guardian did with the child in this school year, waiting for the school."""
    today = local_today()
    kinds = {rule.code for rule in actions.kinds_to_claim(child.school, today)}
    if "A6" not in kinds:
        return
    actions.claim_family_activity(
        child,
        kind="A6",
        name="看恐龙化石（示例）",
        provider="古生物博物馆（示例）",
        held_on=max(today - timedelta(days=7), date(school_year(today), 9, 1)),
        minutes=90,
        proof=files.made(b"%PDF-1.4\n% " + "示例门票".encode(), "示例门票.pdf", "pdf"),
        key=uuid.uuid4(),
        by=by,
    )


def _mentored(child: Student, people: dict[str, User]) -> None:
    """The sample guardian's child works on a project with the sample volunteer as mentor."""
    mentor = Person.objects.filter(account__username="volunteer").first()
    if mentor is None:
        return
    now = timezone.now()
    clerk, said = people["school"], "示例：喜欢观察鸟类，有两年的观察笔记。"
    made = promising.nominate(child, field="life", statement=said, key=uuid.uuid4(), by=clerk)
    promising.agree(made, by=people["guardian"], at=now)
    promising.start(made, mentor_code=mentor.code, by=people["school_verifier"], at=now)
    begun = local_today() - timedelta(days=60)
    over = promising.add_project(made, title="校园鸟类月历（示例）", starts_on=begun, by=clerk)
    words = "示例：三十次定点观察，记录 18 种。"
    promising.report_project(over, words=words, ended_on=begun + timedelta(days=30), by=clerk)
    promising.add_project(
        made, title="红树林候鸟数量的变化（示例）", starts_on=begun + timedelta(days=31), by=clerk
    )


def _guardian_and_offices(school: Organization) -> None:
    """The sample guardian's child with a published term, an appeal, a case, a request and a spot check."""
    people = {person.username: person for person in User.objects.filter(username__in=SAMPLE_PEOPLE)}
    now = timezone.now()
    last = term(local_today()).previous
    taught = {"years__school_year": school_year(last.start), "years__entries__gte": 4}
    child = Student.objects.active().filter(school=school, consented_on__isnull=False, **taught)
    child = child.select_related("school__region").order_by("pk").first()
    if child is None or set(people) != SAMPLE_PEOPLE:
        return
    guardian, education = people["guardian"], people["education"]
    Guardianship.objects.create(guardian=guardian, student=child, school=school, confirmed_at=now)
    HoursAward.objects.update(is_active=True)
    case = actions.ask_case(
        child.pk, school, reason="示例：核实家长来信", origin="request", by=education, at=now
    )
    actions.approve_case(case, by=people["staff"], at=now)
    actions.ask_right(child, kind="access", statement="示例请求", key=uuid.uuid4(), by=guardian, at=now)
    _family_claim(child, by=guardian)
    _mentored(child, people)
    try:
        publication = actions.publish(last, school=school, by=people["school_verifier"], at=now)
        actions.draw_check(school.region, of=last, share=Decimal("0.05"), by=education, at=now)
    except Refused:  # so small a sample that nothing of last year is verified
        return
    entry = queries.published_entries(publication, child).first()
    if entry:
        said = "示例申诉：当天活动两小时，只登记了一部分。"
        actions.appeal(
            publication,
            child,
            ground="minutes",
            statement=said,
            entry=entry.pk,
            key=uuid.uuid4(),
            by=guardian,
            at=now,
        )
