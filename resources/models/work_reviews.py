"""How experts judge an application blindly: who may not, who does, and what they find."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from portal.accounts import User
from portal.organizations import Organization
from portal.roles import Perm
from portal.workflow import Step, Workflow
from resources.models.work_calls import WorkCriterion, WorkRung
from resources.models.works import WorkApplication


class ReviewerInterest(models.Model):
    """A unit an expert says they cannot judge: work, kinship, money."""

    PERSONAL = frozenset({"reason"})

    reviewer = models.ForeignKey(User, models.CASCADE, verbose_name="专家", related_name="declared_interests")
    organization = models.ForeignKey(Organization, models.PROTECT, verbose_name="回避单位", related_name="+")
    reason = models.CharField("回避原因", max_length=200)
    declared_at = models.DateTimeField("申明时间", db_default=Now(), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "利益申明"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="reviewer_interest_once_per_unit",
                fields=["reviewer", "organization"],
                violation_error_message="您已申明回避该单位。",
            )
        ]

    def __str__(self):
        return f"{self.reviewer_id} → {self.organization_id}"


class WorkReviewQuerySet(models.QuerySet):
    def standing(self):
        """Not given up: waiting or done."""
        return self.filter(status__in=[WorkReview.Status.ASSIGNED, WorkReview.Status.SUBMITTED])

    def of(self, user):
        """What a reviewer may open."""
        return self.standing().filter(reviewer=user)

    def waiting(self):
        return self.filter(
            status=WorkReview.Status.ASSIGNED, application__status=WorkApplication.Status.REVIEW
        )


class WorkReview(models.Model):
    """One expert's judgement of one application. The database keeps out whoever belongs to the applicant."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        ASSIGNED = "assigned", "待评审"
        SUBMITTED = "done", "已提交"
        RECUSED = "withdrawn", "已回避"
        REPLACED = "cancelled", "已撤换"

    application = models.ForeignKey(
        WorkApplication, models.CASCADE, verbose_name="申报", related_name="reviews"
    )
    reviewer = models.ForeignKey(User, models.PROTECT, verbose_name="评审专家", related_name="work_reviews")
    seat = models.PositiveSmallIntegerField("席位")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.ASSIGNED, editable=False)
    assigned_by = models.ForeignKey(User, models.PROTECT, verbose_name="分派人", related_name="+")
    assigned_at = models.DateTimeField("分派时间", default=timezone.now, editable=False)
    due_on = models.DateField("评审期限")
    opinion = models.TextField("评审意见", max_length=2000, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True, editable=False)
    score = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True, blank=True, editable=False)
    reminded_on = models.DateField("最近提醒", null=True, blank=True, editable=False)

    objects = WorkReviewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "作品评审"
        ordering = ["seat", "pk"]
        indexes = [models.Index(fields=["reviewer", "status", "due_on"], name="work_review_by_reviewer")]
        constraints = [
            models.UniqueConstraint(
                name="work_review_once_per_expert",
                fields=["application", "reviewer"],
                violation_error_message="同一专家不能两次评审同一申报。",
            ),
            models.UniqueConstraint(
                name="work_review_one_per_seat",
                fields=["application", "seat"],
                condition=Q(status__in=["assigned", "done"]),
                violation_error_message="这个席位已有专家。",
            ),
            models.CheckConstraint(
                name="work_review_two_seats_and_a_third",
                condition=Q(seat__range=(1, 3)),
                violation_error_message="每项申报最多三份评审。",
            ),
            models.CheckConstraint(
                name="work_review_done_is_whole",
                condition=~Q(status="done")
                | Q(submitted_at__isnull=False, score__range=(0, 100)) & ~Q(opinion=""),
                violation_error_message="提交评审须逐项打分并写明意见。",
            ),
        ]

    def __str__(self):
        return f"评审 {self.pk}"

    @property
    def region(self):
        return self.application.region

    @property
    def organization_id(self):
        return self.application.organization_id

    def get_desk_url(self):
        return reverse("work_reviews:review", args=[self.pk])


REVIEW_FLOW = Workflow(
    hand_in=Step(
        label="提交评审",
        sources=frozenset({WorkReview.Status.ASSIGNED}),
        target=WorkReview.Status.SUBMITTED,
        needs=Perm.WORK_REVIEW,
        stamp="submitted_at",
    ),
    recuse=Step(
        label="申请回避",
        sources=frozenset({WorkReview.Status.ASSIGNED}),
        target=WorkReview.Status.RECUSED,
        needs=Perm.WORK_REVIEW,
        wants_note=True,
    ),
    replace=Step(
        label="撤换专家",
        sources=frozenset({WorkReview.Status.ASSIGNED}),
        target=WorkReview.Status.REPLACED,
        needs=Perm.WORK_MANAGE,
        wants_note=True,
    ),
)


class WorkScore(models.Model):
    """The rung a reviewer chose under one criterion; the database takes rungs of that criterion alone."""

    PERSONAL = frozenset()

    review = models.ForeignKey(WorkReview, models.CASCADE, verbose_name="评审", related_name="scores")
    criterion = models.ForeignKey(WorkCriterion, models.PROTECT, verbose_name="评审标准", related_name="+")
    rung = models.ForeignKey(WorkRung, models.PROTECT, verbose_name="评分档", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "评审打分"
        ordering = ["criterion__position"]
        constraints = [
            models.UniqueConstraint(
                name="work_score_once_per_criterion",
                fields=["review", "criterion"],
                violation_error_message="每项标准只打一次分。",
            )
        ]

    def __str__(self):
        return f"{self.criterion_id}: {self.rung_id}"
