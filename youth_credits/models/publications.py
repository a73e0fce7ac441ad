"""A term's credits made public to guardians (公示), and what guardians say against them."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.calendar import Period, period
from portal.encryption import unseal
from youth_credits.models.students import Student


class Publication(Scoped):
    """One school's one term: open, then public and locked, then archived."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        OPEN = "open", "登记中"
        PUBLISHED = "published", "公示中"
        ARCHIVED = "archived", "已归档"

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    term = models.CharField("学期", max_length=8)
    starts_on = models.DateField("学期起始日期")
    ends_on = models.DateField("学期终止日期", help_text="不含当日。")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.OPEN)
    heads = models.PositiveIntegerField("公示学生（人）", default=0)
    entries = models.PositiveIntegerField("公示记录（条）", default=0)
    published_at = models.DateTimeField("公示时间", null=True, blank=True)
    appeals_until = models.DateField("申诉截止日期", null=True, blank=True)
    archived_at = models.DateTimeField("归档时间", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学期公示"
        constraints = [
            models.UniqueConstraint(
                name="publication_once_per_school_and_term",
                fields=["organization", "term"],
                violation_error_message="本校该学期已有公示。",
            ),
            models.CheckConstraint(
                name="publication_belongs_to_a_school",
                condition=Q(organization__isnull=False),
                violation_error_message="公示必须属于一所学校。",
            ),
            models.CheckConstraint(
                name="publication_made_public_has_a_time_and_an_end_of_appeals",
                condition=Q(status="open") | Q(published_at__isnull=False, appeals_until__isnull=False),
                violation_error_message="公示须有时间和申诉截止日期。",
            ),
            models.CheckConstraint(
                name="publication_archived_has_a_time",
                condition=~Q(status="archived") | Q(archived_at__isnull=False),
            ),
            models.CheckConstraint(
                name="publication_term_ends_after_it_starts", condition=Q(ends_on__gt=F("starts_on"))
            ),
        ]

    def __str__(self):
        return f"{self.period.label}公示"

    def get_absolute_url(self):
        return reverse("youth_credits:publication", args=[self.uuid])

    @property
    def period(self) -> Period:
        return period(self.term)


class Appeal(Scoped):
    """What a guardian says against a published term: the school answers, then the district decides.

    The same ground is decided once; a second time it is refused with reference to the first decision.
    """

    PERSONAL = frozenset({"statement_sealed", "answer_sealed", "decision_sealed", "signer_sealed"})

    class Status(models.TextChoices):
        FILED = "filed", "待学校答复"
        UPHELD = "upheld", "学校已采纳"
        REJECTED = "rejected", "学校未采纳"
        ESCALATED = "escalated", "区教育局处理中"
        GRANTED = "granted", "区教育局支持申诉"
        DENIED = "denied", "区教育局维持学校答复"
        REFUSED = "refused", "不予受理"
        WITHDRAWN = "withdrawn", "已撤回"

    class Ground(models.TextChoices):
        MISSING = "missing", "漏记活动"
        CREDITS = "credits", "学分不对"
        MINUTES = "minutes", "时长不对"
        KIND = "kind", "类别或级别不对"
        NOT_THERE = "not_there", "孩子没有参加"
        OTHER = "other", "其他"

    class Way(models.TextChoices):
        ACCOUNT = "account", "监护人本人在平台提出"
        PAPER = "paper", "学校按纸质申诉登记"

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    publication = models.ForeignKey(
        Publication, models.PROTECT, verbose_name="所属公示", related_name="appeals"
    )
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="appeals")
    # A number, not a key: entries lie in tables by school year. The nightly proof looks whether it is there.
    entry = models.BigIntegerField("针对的记录", null=True, blank=True, help_text="漏记活动时不填。")
    ground = models.CharField("事由", max_length=10, choices=Ground)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.FILED)
    way = models.CharField("提出方式", max_length=10, choices=Way)
    filed_on = models.DateField("提出日期")
    due_on = models.DateField("办理期限", null=True, blank=True)
    statement_sealed = models.BinaryField("说明（密文）", editable=False)
    signer_sealed = models.BinaryField("签字人（密文）", null=True, blank=True, editable=False)
    answer_sealed = models.BinaryField("学校答复（密文）", null=True, blank=True, editable=False)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="答复人", related_name="+"
    )
    escalated_at = models.DateTimeField("提请时间", null=True, blank=True)
    decision_sealed = models.BinaryField("区教育局决定（密文）", null=True, blank=True, editable=False)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="决定人", related_name="+"
    )
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)
    is_overdue = models.BooleanField("已逾期", default=False)
    first = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="此前的决定", related_name="repeats"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学分申诉"
        indexes = [
            models.Index(fields=["organization", "status", "due_on"], name="appeal_by_school"),
            models.Index(fields=["student", "-id"], name="appeal_by_student"),
        ]
        constraints = [
            models.UniqueConstraint(
                F("student"),
                F("publication"),
                Coalesce(F("entry"), Value(0)),
                F("ground"),
                name="appeal_once_per_ground",
                condition=~Q(status__in=["refused", "withdrawn"]),
                violation_error_message="同一事由的申诉已经提出。",
            ),
            models.CheckConstraint(
                name="appeal_refused_names_the_first_decision",
                condition=Q(status="refused", first__isnull=False) | ~Q(status="refused") & Q(first=None),
                violation_error_message="不予受理须写明此前的决定。",
            ),
            models.CheckConstraint(
                name="appeal_answered_by_the_school_has_words_time_and_person",
                condition=~Q(status__in=["upheld", "rejected"])
                | Q(answer_sealed__isnull=False, answered_at__isnull=False, answered_by__isnull=False),
                violation_error_message="答复须有内容、时间和答复人。",
            ),
            models.CheckConstraint(
                name="appeal_decided_by_the_district_has_words_time_and_person",
                condition=~Q(status__in=["granted", "denied"])
                | Q(decision_sealed__isnull=False, decided_at__isnull=False, decided_by__isnull=False),
                violation_error_message="决定须有内容、时间和决定人。",
            ),
            models.CheckConstraint(
                name="appeal_decided_by_another_than_who_answered",
                condition=Q(decided_by=None) | Q(answered_by=None) | ~Q(decided_by=F("answered_by")),
                violation_error_message="答复与决定须由不同的人作出。",
            ),
            models.CheckConstraint(
                name="appeal_that_waits_has_a_due_day",
                condition=~Q(status__in=["filed", "escalated"]) | Q(due_on__isnull=False),
            ),
        ]

    def __str__(self):
        return f"学分申诉 {self.pk}"

    def get_absolute_url(self):
        return reverse("youth_credits:appeal", args=[self.uuid])

    def _open(self, name: str) -> str:
        sealed = getattr(self, f"{name}_sealed")
        return unseal(sealed, field=f"appeal.{name}", owner=self.uuid) if sealed else ""

    @property
    def statement(self) -> str:
        return self._open("statement")

    @property
    def answer(self) -> str:
        return self._open("answer")

    @property
    def decision(self) -> str:
        return self._open("decision")

    @property
    def signer(self) -> str:
        return self._open("signer")

    @property
    def waits(self) -> bool:
        """Whether somebody has a day by which to answer it."""
        return self.status in (self.Status.FILED, self.Status.ESCALATED)

    @property
    def was_right(self) -> bool:
        """Whether the school or the district has said that what was entered is wrong."""
        return self.status in (self.Status.UPHELD, self.Status.GRANTED)

    def is_late(self, on: date) -> bool:
        return self.waits and self.due_on is not None and on > self.due_on
