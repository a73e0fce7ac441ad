"""Spot checks by the district's education bureau: drawn by a seed with which anybody entitled draws again."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.calendar import Period, period
from portal.encryption import unseal
from portal.organizations import Organization
from youth_credits.models.students import Student


class SpotCheck(Scoped):
    """One draw among the entries of a district verified in a term, and what became of it.

    Seed, moment, term, schools and the last entry's number fix the population: the draw can be repeated.
    """

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        DRAWN = "drawn", "待批准"
        APPROVED = "approved", "核查中"
        DONE = "done", "已办结"

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    term = models.CharField("学期", max_length=8, help_text="该学期内审核通过的记录，如 S2026T1。")
    share = models.DecimalField("抽查比例", max_digits=4, decimal_places=3)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAWN)
    seed = models.CharField("抽取种子", max_length=64, editable=False)
    drawn_at = models.DateTimeField("抽取时间")
    last_entry = models.BigIntegerField("抽取时最后一条记录", editable=False)
    schools = models.JSONField("抽取范围（学校）", editable=False)
    population = models.PositiveIntegerField("总体（条）")
    drawn = models.PositiveIntegerField("抽中（条）")
    digest = models.CharField("抽取结果摘要", max_length=64, editable=False)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="批准人", related_name="+"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    done_at = models.DateTimeField("办结时间", null=True, blank=True)
    outcome = models.TextField("结论", blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学分抽查"
        constraints = [
            models.CheckConstraint(
                name="spot_check_draws_at_least_five_in_a_hundred",
                condition=Q(share__gte="0.05", share__lte=1),
                violation_error_message="抽查比例应为 5% 至 100%。",
            ),
            models.CheckConstraint(
                name="spot_check_draws_no_more_than_there_is",
                condition=Q(drawn__gte=1, drawn__lte=F("population")),
            ),
            models.CheckConstraint(
                name="spot_check_approved_by_a_second_person",
                condition=(Q(status="drawn") | Q(approved_by__isnull=False, approved_at__isnull=False))
                & (Q(approved_by=None) | ~Q(approved_by=F("created_by"))),
                violation_error_message="抽查须由另一人批准后开展。",
            ),
            models.CheckConstraint(
                name="spot_check_done_has_a_time_and_an_outcome",
                condition=~Q(status="done") | Q(done_at__isnull=False) & ~Q(outcome=""),
                violation_error_message="办结须填写结论。",
            ),
        ]

    def __str__(self):
        return f"学分抽查 {self.pk}（{self.period}）"

    def get_absolute_url(self):
        return reverse("oversight:check", args=[self.uuid])

    @property
    def period(self) -> Period:
        return period(self.term)


class DrawnEntry(models.Model):
    """One entry that was drawn, and what was found of it. The child's record is opened as a case."""

    PERSONAL = frozenset({"note_sealed"})

    class Finding(models.TextChoices):
        PENDING = "pending", "待核查"
        RIGHT = "right", "属实"
        WRONG = "wrong", "不属实"
        UNCLEAR = "unclear", "材料不足"

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    spot_check = models.ForeignKey(SpotCheck, models.CASCADE, verbose_name="抽查", related_name="entries")
    entry = models.BigIntegerField("抽中的记录")
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="+")
    school = models.ForeignKey(Organization, models.PROTECT, verbose_name="记录学校", related_name="+")
    finding = models.CharField("核查结果", max_length=10, choices=Finding, default=Finding.PENDING)
    note_sealed = models.BinaryField("核查说明（密文）", null=True, blank=True, editable=False)
    found_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="核查人", related_name="+"
    )
    found_at = models.DateTimeField("核查时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽中的记录"
        constraints = [
            models.UniqueConstraint(name="drawn_entry_once_per_check", fields=["spot_check", "entry"]),
            models.CheckConstraint(
                name="drawn_entry_found_has_a_person_and_a_time",
                condition=Q(finding="pending", found_by=None, found_at=None)
                | ~Q(finding="pending") & Q(found_by__isnull=False, found_at__isnull=False),
                violation_error_message="核查结果须有核查人和时间。",
            ),
        ]

    def __str__(self):
        return f"抽中的记录 {self.pk}"

    @property
    def note(self) -> str:
        if not self.note_sealed:
            return ""
        return unseal(self.note_sealed, field="drawn.note", owner=self.uuid)
