"""Schools' students, the rules by which they earn credit, and the ledger of what they earned.

Every table that speaks of a child lies under row-level security (migration 0002): without a scope no row
exists. Names and student numbers are sealed; what is shown is masked. Of the birth date only the year in
which the child turns 14 is kept apart from the sealed number: enough to protect the child, too little to
know the day. Until the end of that year a child counts as under 14.
"""

import uuid
from datetime import date

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils import timezone

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.encryption import unseal
from portal.files import Attachment
from portal.organizations import Organization


class Grade(models.IntegerChoices):
    """Compulsory education: primary 1 to 6, junior 7 to 9."""

    ONE = 1, "一年级"
    TWO = 2, "二年级"
    THREE = 3, "三年级"
    FOUR = 4, "四年级"
    FIVE = 5, "五年级"
    SIX = 6, "六年级"
    SEVEN = 7, "七年级"
    EIGHT = 8, "八年级"
    NINE = 9, "九年级"


# --- Rules ----------------------------------------------------------------------------------------


class CreditRuleSet(models.Model):
    """One version of the credit rules, in force for activities held on or after a day."""

    PERSONAL = frozenset()

    version = models.PositiveSmallIntegerField("版本", unique=True)
    in_force_from = models.DateField("生效日期", unique=True)
    basis = models.CharField("依据", max_length=300)
    step = models.DecimalField("计分单位（学分）", max_digits=4, decimal_places=2)
    year_minimum = models.DecimalField("学年最低学分", max_digits=6, decimal_places=2)
    off_campus_minimum = models.DecimalField("其中校外最低学分", max_digits=6, decimal_places=2)
    kinds_minimum = models.PositiveSmallIntegerField("最少类别数")
    stage_target = models.DecimalField("学段目标学分", max_digits=6, decimal_places=2)
    grade_from = models.PositiveSmallIntegerField("起始年级", choices=Grade)
    grade_to = models.PositiveSmallIntegerField("终止年级", choices=Grade)

    class Meta:
        verbose_name = verbose_name_plural = "学分规则版本"
        constraints = [
            models.CheckConstraint(
                name="credit_rule_set_step_above_zero",
                condition=Q(step__gt=0),
                violation_error_message="计分单位必须大于 0。",
            ),
            models.CheckConstraint(
                name="credit_rule_set_grades_in_order",
                condition=Q(grade_to__gte=F("grade_from")),
                violation_error_message="终止年级不能低于起始年级。",
            ),
        ]

    def __str__(self):
        return f"第{self.version}版（{self.in_force_from:%Y-%m-%d}起）"


class CreditRule(models.Model):
    """How one kind of activity earns credit under one version of the rules."""

    PERSONAL = frozenset()

    class Family(models.TextChoices):
        IN_SCHOOL = "in_school", "校内"
        OFF_CAMPUS = "off_campus", "校外"

    class Method(models.TextChoices):
        MINUTES = "minutes", "按时长"
        FIXED = "fixed", "按次"
        AWARD = "award", "按获奖等级"
        PANEL = "panel", "按评议"

    class Once(models.TextChoices):
        ALWAYS = "", "不限"
        DAY = "day", "每日一次"
        TERM = "term", "每学期一次"
        COURSE = "course", "同一课程一次"
        HIGHEST = "highest", "同一作品取最高"

    rule_set = models.ForeignKey(CreditRuleSet, models.CASCADE, verbose_name="规则版本", related_name="rules")
    code = models.CharField("类别代码", max_length=4)
    name = models.CharField("类别名称", max_length=40)
    family = models.CharField("校内外", max_length=12, choices=Family)
    method = models.CharField("计分方式", max_length=10, choices=Method)
    credits = models.DecimalField("每单位学分", max_digits=6, decimal_places=2)
    unit_minutes = models.PositiveSmallIntegerField("单位时长（分钟）", null=True, blank=True)
    whole_units = models.BooleanField("只计整单位", default=False)
    least_minutes = models.PositiveSmallIntegerField("最短时长（分钟）", default=0)
    least_per_entry = models.DecimalField(
        "单次最低（学分）", max_digits=6, decimal_places=2, null=True, blank=True
    )
    most_per_entry = models.DecimalField(
        "单次上限（学分）", max_digits=6, decimal_places=2, null=True, blank=True
    )
    cap_per_year = models.DecimalField("学年上限（学分）", max_digits=6, decimal_places=2)
    most_per_provider = models.PositiveSmallIntegerField("同一单位学年上限（次）", null=True, blank=True)
    once = models.CharField("重复计分", max_length=10, choices=Once, blank=True)
    awards = models.JSONField("获奖等级学分", default=dict, blank=True)
    needs_certificate = models.BooleanField("须填证书编号", default=False)
    evidence = models.CharField("佐证材料", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "学分规则"
        ordering = ["rule_set", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="credit_rule_once_per_set",
                fields=["rule_set", "code"],
                violation_error_message="该版本已有此类别。",
            ),
            models.CheckConstraint(
                name="credit_rule_by_minutes_has_a_unit",
                condition=~Q(method="minutes") | Q(unit_minutes__gt=0),
                violation_error_message="按时长计分的类别必须填写单位时长。",
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


# --- Children -------------------------------------------------------------------------------------


class StudentQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)


class Student(models.Model):
    """A child at a school. Name and number are sealed under the child's own uuid."""

    PERSONAL = frozenset(
        {
            "number_sealed",
            "number_hash",
            "number_masked",
            "name_sealed",
            "name_hash",
            "name_masked",
            "turns_14_year",
        }
    )

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    grade = models.PositiveSmallIntegerField("年级", choices=Grade)
    class_number = models.PositiveSmallIntegerField("班级")
    number_sealed = models.BinaryField("学籍号（密文）")
    number_hash = models.BinaryField("学籍号摘要", max_length=32, unique=True)
    number_masked = models.CharField("学籍号", max_length=19)
    name_sealed = models.BinaryField("姓名（密文）")
    name_hash = models.BinaryField("姓名摘要", max_length=32)
    name_masked = models.CharField("姓名", max_length=30)
    turns_14_year = models.PositiveSmallIntegerField(
        "满14周岁年份", help_text="为少留个人信息，不单独保存出生日期；当年年底前按未满14周岁保护。"
    )
    consent_version = models.CharField("监护人同意书版本", max_length=20, blank=True)
    consented_on = models.DateField("监护人同意日期", null=True, blank=True)
    withdrawn_on = models.DateField("撤回同意日期", null=True, blank=True)
    is_active = models.BooleanField("在校", default=True)

    objects = StudentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学生"
        indexes = [
            models.Index(fields=["school", "grade", "class_number", "id"], name="student_by_class"),
            models.Index(fields=["school", "name_hash"], name="student_by_name"),
        ]
        constraints = [
            models.CheckConstraint(
                name="student_class_from_1_to_99",
                condition=Q(class_number__gte=1, class_number__lte=99),
                violation_error_message="班级应为 1 至 99。",
            ),
            models.CheckConstraint(
                name="student_grade_from_1_to_9",
                condition=Q(grade__gte=1, grade__lte=9),
                violation_error_message="年级应为一年级至九年级。",
            ),
            models.CheckConstraint(
                name="student_consent_has_day_and_version",
                condition=Q(consented_on=None, consent_version="", withdrawn_on=None)
                | Q(consented_on__isnull=False) & ~Q(consent_version=""),
                violation_error_message="监护人同意须同时有同意书版本和日期。",
            ),
        ]

    def __str__(self):
        return f"学生 {self.pk}"

    def get_absolute_url(self):
        return reverse("youth_credits:student_detail", args=[self.uuid])

    @property
    def class_label(self) -> str:
        return f"{self.get_grade_display()}{self.class_number}班"

    @property
    def name(self) -> str:
        """The whole name; whoever reads it records that."""
        return unseal(self.name_sealed, field="student.name", owner=self.uuid)

    @property
    def number(self) -> str:
        """The whole student number; whoever reads it records that."""
        return unseal(self.number_sealed, field="student.number", owner=self.uuid)

    @property
    def number_tail(self) -> str:
        """The digits of the number that may be shown: they tell children of one name apart."""
        return self.number_masked[15:17]

    def is_under_14(self, on: date) -> bool:
        """Whether the child is to be protected as under 14 on a day. Basis: 个人信息保护法第二十八条."""
        return on.year <= self.turns_14_year

    def has_consent(self, on: date) -> bool:
        """Whether somebody outside the school may see the child's ledger on a day."""
        given = self.consented_on is not None and self.consented_on <= on
        return (given and self.withdrawn_on is None) or not self.is_under_14(on)


class Enrolment(models.Model):
    """Which school and class a child was in, from a day on. No name: the nameless ledger reads it."""

    PERSONAL = frozenset()

    student = models.ForeignKey(
        Student, models.CASCADE, verbose_name="学生", related_name="enrolments", db_index=False
    )
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    grade = models.PositiveSmallIntegerField("年级", choices=Grade)
    class_number = models.PositiveSmallIntegerField("班级")
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("终止日期", null=True, blank=True, help_text="不含当日；不填为至今。")

    class Meta:
        verbose_name = verbose_name_plural = "在读记录"
        constraints = [
            models.CheckConstraint(
                name="enrolment_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                violation_error_message="终止日期必须晚于起始日期。",
            ),
            models.UniqueConstraint(
                name="enrolment_open_once_per_student",
                fields=["student"],
                condition=Q(ends_on=None),
                violation_error_message="该学生已有未结束的在读记录。",
            ),
            models.UniqueConstraint(
                name="enrolment_begins_once_a_day_per_student",
                fields=["student", "starts_on"],
                violation_error_message="该学生当日已有在读记录。",
            ),
        ]

    def __str__(self):
        return f"在读记录 {self.pk}"


class Guardianship(models.Model):
    """A guardian's account and one child. The school that confirmed it stands beside it."""

    PERSONAL = frozenset()

    guardian = models.ForeignKey(User, models.CASCADE, verbose_name="监护人", related_name="guardianships")
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="guardianships")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="确认学校", related_name="+")
    confirmed_at = models.DateTimeField("确认时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "监护关系"
        constraints = [
            models.UniqueConstraint(
                name="guardianship_once_per_person_and_child",
                fields=["guardian", "student"],
                violation_error_message="该监护关系已登记。",
            )
        ]

    def __str__(self):
        return f"监护关系 {self.pk}"


class AccessCase(models.Model):
    """A reason to open one child's record from outside the school: approved by a second person, timed."""

    PERSONAL = frozenset({"reason"})

    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="access_cases")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    reason = models.CharField("事由", max_length=300)
    requested_by = models.ForeignKey(User, models.PROTECT, verbose_name="申请人", related_name="+")
    requested_at = models.DateTimeField("申请时间", default=timezone.now)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="批准人", related_name="+"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    ends_at = models.DateTimeField("截止时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "查阅申请"
        constraints = [
            models.CheckConstraint(
                name="access_case_approved_by_a_second_person_for_a_time",
                condition=Q(approved_by=None, approved_at=None, ends_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False, ends_at__gt=F("approved_at"))
                & ~Q(approved_by=F("requested_by")),
                violation_error_message="查阅须由另一人批准，并写明截止时间。",
            )
        ]

    def __str__(self):
        return f"查阅申请 {self.pk}"


# --- Batches --------------------------------------------------------------------------------------


class Batch(Scoped):
    """One upload or one saved class grid: what it brought, who decided, and how to take it back."""

    PERSONAL = frozenset({"faults_sealed"})

    class Kind(models.TextChoices):
        CREDITS = "credits", "学分表"
        ROLL = "roll", "学生名册"
        GRID = "grid", "班级登记"

    class Status(models.TextChoices):
        UPLOADED = "uploaded", "检查中"
        REFUSED = "refused", "无法读取"
        CHECKED = "checked", "待确认"
        KEEPING = "keeping", "导入中"
        KEPT = "kept", "已导入"
        VERIFIED = "verified", "已审核"
        DROPPED = "dropped", "已放弃"
        UNDONE = "undone", "已撤销"
        RETURNED = "returned", "已退回"

    uuid = models.UUIDField("批次号", unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类别", max_length=10, choices=Kind)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.UPLOADED)
    only_good = models.BooleanField("仅导入正确行", default=False)
    # No constraint in the database: the file goes after 30 days, the batch stays.
    file = models.ForeignKey(
        Attachment,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name="上传文件",
        related_name="+",
    )
    returned_file = models.ForeignKey(
        Attachment,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name="错误清单",
        related_name="+",
    )
    rows_read = models.PositiveIntegerField("读取（行）", default=0)
    rows_new = models.PositiveIntegerField("新增（行）", default=0)
    rows_changed = models.PositiveIntegerField("变更（行）", default=0)
    rows_same = models.PositiveIntegerField("相同（行）", default=0)
    rows_faulty = models.PositiveIntegerField("有误（行）", default=0)
    rows_uncounted = models.PositiveIntegerField(
        "超出上限（行）", default=0, help_text="新增行中记录时长但不计学分的行。"
    )
    faults_sealed = models.BinaryField("前若干处错误（密文）", null=True, editable=False)
    note = models.CharField("说明", max_length=1000, blank=True)
    checked_at = models.DateTimeField("检查时间", null=True, blank=True)
    kept_at = models.DateTimeField("导入时间", null=True, blank=True)
    verified_at = models.DateTimeField("审核时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批次"
        indexes = [models.Index(fields=["organization", "-id"], name="batch_by_school")]
        constraints = [
            models.CheckConstraint(
                name="batch_belongs_to_a_school",
                condition=Q(organization__isnull=False),
                violation_error_message="批次必须属于一所学校。",
            ),
            models.CheckConstraint(
                name="batch_counts_add_up",
                condition=Q(rows_read=F("rows_new") + F("rows_changed") + F("rows_same") + F("rows_faulty")),
                violation_error_message="读取行数应等于新增、变更、相同与有误之和。",
            ),
            models.CheckConstraint(
                name="batch_uncounted_rows_are_new_rows",
                condition=Q(rows_uncounted__lte=F("rows_new")),
                violation_error_message="超出上限的行数不能多于新增行数。",
            ),
            models.CheckConstraint(
                name="batch_kept_has_a_time",
                condition=~Q(status__in=["kept", "verified"]) | Q(kept_at__isnull=False),
            ),
            models.CheckConstraint(
                name="batch_verified_has_a_time",
                condition=~Q(status="verified") | Q(verified_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}批次 {self.pk}"

    def get_absolute_url(self):
        return reverse("youth_credits:batch_detail", args=[self.uuid])

    @property
    def is_working(self) -> bool:
        return self.status in (self.Status.UPLOADED, self.Status.KEEPING)

    @property
    def rows_good(self) -> int:
        return self.rows_new + self.rows_changed


class RollChange(models.Model):
    """What one batch did to one child's entry in the roll, so that it can be put back."""

    PERSONAL = frozenset({"name_sealed_before", "name_hash_before", "name_masked_before"})

    batch = models.ForeignKey(Batch, models.CASCADE, verbose_name="批次", related_name="roll_changes")
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="+")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="学校", related_name="+")
    is_new = models.BooleanField("新增")
    grade_before = models.PositiveSmallIntegerField("原年级", null=True)
    class_before = models.PositiveSmallIntegerField("原班级", null=True)
    name_sealed_before = models.BinaryField("原姓名（密文）", null=True)
    name_hash_before = models.BinaryField("原姓名摘要", null=True)
    name_masked_before = models.CharField("原姓名", max_length=30, blank=True)
    was_active = models.BooleanField("原在校", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "名册变更"
        constraints = [
            models.UniqueConstraint(
                name="roll_change_once_per_batch_and_student", fields=["batch", "student"]
            )
        ]

    def __str__(self):
        return f"名册变更 {self.pk}"


# --- The ledger -----------------------------------------------------------------------------------


class Activity(models.Model):
    """One activity held on one day for which a school records credit, and the rule in force on that day.

    Names are free text and may tell of a child: they are the school's own. `course` is the same for the
    same name and provider at every school, so that a course counts once for a child who changed schools.
    """

    PERSONAL = frozenset({"name"})

    school = models.ForeignKey(
        Organization, models.PROTECT, verbose_name="学校", related_name="+", db_index=False
    )
    rule = models.ForeignKey(CreditRule, models.PROTECT, verbose_name="所据规则", related_name="+")
    held_on = models.DateField("活动日期")
    name = models.CharField("活动名称", max_length=100)
    provider = models.CharField("举办单位", max_length=100, blank=True)
    course = models.UUIDField("课程标识", editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "学分活动"
        constraints = [
            models.UniqueConstraint(
                name="activity_once_per_school_day_and_rule",
                fields=["school", "held_on", "rule", "name", "provider"],
                violation_error_message="本校当日已有此活动。",
            )
        ]

    def __str__(self):
        return f"学分活动 {self.pk}"


class ActivityShare(models.Model):
    """A child who changed schools brought entries along: the new school may read what they were for, and
    whether they were verified.
    """

    PERSONAL = frozenset()

    activity = models.ForeignKey(Activity, models.CASCADE, verbose_name="活动", related_name="shares")
    batch = models.ForeignKey(Batch, models.CASCADE, verbose_name="批次", related_name="shares")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="可查看的学校", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "转学活动共享"
        constraints = [
            models.UniqueConstraint(
                name="activity_share_once_per_school", fields=["school", "activity", "batch"]
            )
        ]

    def __str__(self):
        return f"转学活动共享 {self.pk}"


class Credit(models.Model):
    """One entry of the ledger; never changed. A correction is a second entry that takes it back.

    The time of `reversed_at` is the one thing written later, once, with the reversing entry: so that the
    same activity can be entered again. Verified is what its batch is. Credits may be 0 with a reason: the
    time counts, the credit does not.
    """

    PERSONAL = frozenset({"award", "certificate"})

    class Reason(models.TextChoices):
        FULL = "", "足额"
        YEAR_CAP = "year_cap", "超出本类学年上限"
        PROVIDER_CAP = "provider_cap", "超出同一单位学年次数"
        REPEATED = "repeated", "同一课程或作品已计分"
        TOO_SHORT = "too_short", "未达最短时长"
        REVERSAL = "reversal", "冲销"

    # Migration 0002 binds what follows: the student is there and stays, batch and activity are this school's,
    # rule and year the activity's.
    student = models.ForeignKey(
        Student,
        models.PROTECT,
        verbose_name="学生",
        related_name="credits",
        db_index=False,
        db_constraint=False,
    )
    school = models.ForeignKey(
        Organization,
        models.DO_NOTHING,
        verbose_name="记录学校",
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    batch = models.ForeignKey(
        Batch, models.DO_NOTHING, verbose_name="批次", related_name="credits", db_constraint=False
    )
    activity = models.ForeignKey(
        Activity,
        models.DO_NOTHING,
        verbose_name="活动",
        related_name="credits",
        db_index=False,
        db_constraint=False,
    )
    rule = models.ForeignKey(
        CreditRule,
        models.DO_NOTHING,
        verbose_name="所据规则",
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    school_year = models.PositiveSmallIntegerField("学年", help_text="学年开始的年份。")
    starts_at = models.DateTimeField("开始时间", null=True, blank=True)
    ends_at = models.DateTimeField("结束时间", null=True, blank=True)
    minutes = models.IntegerField("时长（分钟）")
    earned = models.DecimalField("可得学分", max_digits=6, decimal_places=2, help_text="未计上限之前。")
    credits = models.DecimalField("学分", max_digits=6, decimal_places=2)
    surplus_minutes = models.IntegerField("未计学分时长（分钟）")
    reason = models.CharField("说明", max_length=12, choices=Reason, blank=True)
    award = models.CharField("获奖等级", max_length=12, blank=True)
    certificate = models.CharField("证书编号", max_length=60, blank=True)
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="冲销的记录",
        related_name="+",
        db_index=False,
    )
    reversed_at = models.DateTimeField("被冲销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "学分记录"
        constraints = [
            # Not partial, so that it also finds a child's entries: what no longer stands has its own id.
            models.UniqueConstraint(
                F("student"),
                F("activity"),
                Case(
                    When(reversed_at=None, reverses=None, then=Value(0)),
                    default=F("id"),
                    output_field=models.BigIntegerField(),
                ),
                name="credit_once_per_student_and_activity",
                violation_error_message="该学生当日此活动已有记录。",
            ),
            models.UniqueConstraint(
                name="credit_certificate_once_per_school",
                fields=["school", "certificate"],
                condition=~Q(certificate="") & Q(reversed_at=None, reverses=None),
                violation_error_message="该证书编号已登记。",
            ),
            models.UniqueConstraint(
                name="credit_reversed_once", fields=["reverses"], condition=Q(reverses__isnull=False)
            ),
            models.CheckConstraint(
                name="credit_entry_adds_and_reversal_takes_away",
                condition=Q(
                    reverses=None,
                    minutes__gt=0,
                    credits__gte=0,
                    credits__lte=F("earned"),
                    surplus_minutes__gte=0,
                    surplus_minutes__lte=F("minutes"),
                )
                & ~Q(reason="reversal")
                | Q(
                    reverses__isnull=False,
                    minutes__lt=0,
                    credits__lte=0,
                    surplus_minutes__lte=0,
                    reason="reversal",
                    reversed_at=None,
                ),
                violation_error_message="记录为正，冲销为负。",
            ),
            models.CheckConstraint(
                name="credit_ends_after_it_starts",
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=F("starts_at")),
                violation_error_message="结束时间必须晚于开始时间。",
            ),
        ]

    def __str__(self):
        return f"学分记录 {self.pk}"


class StudentYear(models.Model):
    """A child's totals of one school year, kept by the statement that writes the ledger, proved nightly."""

    PERSONAL = frozenset()

    student = models.ForeignKey(
        Student, models.CASCADE, verbose_name="学生", related_name="years", db_index=False
    )
    school_year = models.PositiveSmallIntegerField("学年")
    credits = models.DecimalField("学分", max_digits=8, decimal_places=2, default=0)
    off_campus_credits = models.DecimalField("校外学分", max_digits=8, decimal_places=2, default=0)
    minutes = models.IntegerField("时长（分钟）", default=0)
    entries = models.IntegerField("记录数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "学年学分"
        constraints = [
            models.UniqueConstraint(name="student_year_once", fields=["student", "school_year"]),
            models.CheckConstraint(
                name="student_year_never_below_zero",
                condition=Q(credits__gte=0, off_campus_credits__gte=0, minutes__gte=0, entries__gte=0),
            ),
        ]

    def __str__(self):
        return f"学年学分 {self.pk}"
