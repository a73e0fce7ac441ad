"""Uploads and class grids: what each brought, who decided, and how to take it back."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.files import Attachment
from portal.organizations import Organization
from youth_credits.models.students import Student


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
    first_entry = models.BigIntegerField("首条记录之前的号", null=True, editable=False)
    last_entry = models.BigIntegerField("末条记录的号", null=True, editable=False)
    faults_sealed = models.BinaryField("前若干处错误（密文）", null=True, editable=False)
    note = models.CharField("说明", max_length=1000, blank=True)
    checked_at = models.DateTimeField("检查时间", null=True, blank=True)
    kept_at = models.DateTimeField("导入时间", null=True, blank=True)
    verified_at = models.DateTimeField("审核时间", null=True, blank=True)
    verified_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="审核人", related_name="+"
    )
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
            models.CheckConstraint(
                name="batch_verified_by_a_second_person",
                condition=Q(verified_by=None) | ~Q(verified_by=F("created_by")),
                violation_error_message="录入与审核须由不同的人办理。",
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
    def sign(self) -> str:
        """The status as it looks: one that somebody or something still works on is not done."""
        looks = {
            self.Status.UPLOADED: "working",
            self.Status.KEEPING: "working",
            self.Status.CHECKED: "waiting",
        }
        return looks.get(self.status, self.status)

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
