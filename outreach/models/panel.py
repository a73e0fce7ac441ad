"""A panel: who may sit on one, who must not, who was drawn for a case, and what each of them gave."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from outreach.models.rounds import Application, Round
from outreach.models.schemes import Criterion, ExtraRule
from outreach.models.titles import Title
from portal.accounts import User
from portal.files import Attachment
from portal.organizations import Organization
from portal.roles import Perm
from portal.workflow import Step, Workflow

FIRST, SECOND = 1, 2  # the blind round, and the one after a discussion


class PanelMemberQuerySet(models.QuerySet):
    def free_of_conflict(self, application: Application):
        """Who may be drawn for a case: in the pool, and without a conflict."""
        return self.filter(is_active=True, user__is_active=True).without_conflict(application)

    def without_conflict(self, application: Application):
        """Not of the same body or group, no interest declared, no account there."""
        own = application.organization_id
        group = Organization.objects.of_one_group(application.organization).values("pk")
        return (
            self.exclude(organization__in=group)
            .exclude(recusals__organization=own)
            .exclude(user__grants__organization__in=group)
        )


class PanelMember(models.Model):
    """Somebody who may be drawn for a panel, with the categories they know."""

    PERSONAL = frozenset()

    user = models.OneToOneField(User, models.PROTECT, verbose_name="账号", related_name="panel_member")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, verbose_name="所在单位", related_name="+"
    )
    categories = ArrayField(models.CharField(max_length=12, choices=Title.Category), verbose_name="评审类别")
    is_active = models.BooleanField("在库", default=True)
    since = models.DateTimeField("入库时间", default=timezone.now, editable=False)

    objects = PanelMemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评委"
        constraints = [
            models.CheckConstraint(
                name="panel_member_knows_a_category",
                condition=Q(categories__len__gte=1),
                violation_error_message="请至少选一个评审类别。",
            )
        ]

    def __str__(self):
        return f"评委 {self.pk}"


class Recusal(models.Model):
    """A member must not score a body's cases, and why."""

    PERSONAL = frozenset()

    member = models.ForeignKey(PanelMember, models.CASCADE, verbose_name="评委", related_name="recusals")
    organization = models.ForeignKey(Organization, models.CASCADE, verbose_name="单位", related_name="+")
    reason = models.CharField("回避原因", max_length=300)
    declared_at = models.DateTimeField("声明时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "回避"
        constraints = [
            models.UniqueConstraint(
                name="recusal_once_per_member_and_organization", fields=["member", "organization"]
            )
        ]

    def __str__(self):
        return f"{self.member} 回避"


class StaffRecusal(models.Model):
    """Somebody of the staff has to do with a body and decides nothing about its cases."""

    PERSONAL = frozenset()

    user = models.ForeignKey(User, models.PROTECT, verbose_name="声明人", related_name="staff_recusals")
    organization = models.ForeignKey(Organization, models.PROTECT, verbose_name="单位", related_name="+")
    reason = models.CharField("回避原因", max_length=300)
    declared_at = models.DateTimeField("声明时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "工作人员回避"
        constraints = [
            models.UniqueConstraint(
                name="staff_recusal_once_per_user_and_organization",
                fields=["user", "organization"],
                violation_error_message="您已对该单位声明回避。",
            ),
            models.CheckConstraint(
                name="staff_recusal_declared_with_a_reason",
                condition=~Q(reason=""),
                violation_error_message="请写明回避的原因。",
            ),
        ]

    def __str__(self):
        return f"{self.user} 回避"


class PanelDraw(models.Model):
    """How a case's members were drawn: seed, pool with its load, outcome. Drawn again it gives the same."""

    PERSONAL = frozenset()

    application = models.ForeignKey(Application, models.PROTECT, verbose_name="申报", related_name="draws")
    seed = models.CharField("种子", max_length=40)
    pool = models.JSONField("候选评委", help_text="按次序：[评委编号, 已有件数]")
    wanted = models.PositiveSmallIntegerField("抽取人数")
    drawn = models.JSONField("抽中评委")
    at = models.DateTimeField("抽取时间", default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="抽取人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "评委抽取"

    def __str__(self):
        return f"抽取 {self.pk}"


class Review(models.Model):
    """One member's sheet on one case. `letter` is all that others on the panel know of its author."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        OPEN = "open", "待评分"
        SUBMITTED = "submitted", "已提交"
        RECUSED = "recused", "已回避"
        REPLACED = "replaced", "已改派"

    GONE = ("recused", "replaced")  # somebody else was drawn in this one's place

    application = models.ForeignKey(Application, models.PROTECT, verbose_name="申报", related_name="reviews")
    member = models.ForeignKey(PanelMember, models.PROTECT, verbose_name="评委", related_name="reviews")
    turn = models.PositiveSmallIntegerField("轮次", default=FIRST)
    letter = models.CharField("代号", max_length=2)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.OPEN, editable=False)
    opinion = models.TextField("评审意见", max_length=1000, blank=True)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)
    assigned_at = models.DateTimeField("分派时间", default=timezone.now, editable=False)
    submitted_at = models.DateTimeField("提交时间", null=True, editable=False)
    due_on = models.DateField("评分截止日期", null=True, editable=False, help_text="含当日。")
    reminders = models.PositiveSmallIntegerField(
        "已提醒", default=0, editable=False, help_text="1：截止前；2：逾期后。"
    )
    reminded_at = models.DateTimeField("催办时间", null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "评审"
        indexes = [models.Index(fields=["member", "status"], name="review_by_member")]
        constraints = [
            models.UniqueConstraint(
                name="review_once_per_member_and_turn", fields=["application", "member", "turn"]
            ),
            models.UniqueConstraint(
                name="review_letter_once_per_turn", fields=["application", "letter", "turn"]
            ),
            models.CheckConstraint(
                name="review_submitted_with_a_time",
                condition=~Q(status="submitted") | Q(submitted_at__isnull=False),
                violation_error_message="已提交的评分必须有提交时间。",
            ),
            models.CheckConstraint(name="review_reminded_twice_at_most", condition=Q(reminders__lte=2)),
        ]

    def __str__(self):
        return f"{self.application.number} 评委{self.letter}"

    def get_absolute_url(self):
        return reverse("titles_desk:review", args=[self.pk])

    @property
    def sign(self) -> str:
        """Its state for the eye: a sheet that is open waits, one that was handed in is done."""
        return {"open": "waiting", "submitted": "done"}.get(self.status, self.status)

    @property
    def user(self) -> User:
        return self.member.user

    @property
    def region(self):
        """Where its steps are allowed: in the city, so that no place tells of the case."""
        return self.application.round.region


class ReviewReminder(models.Model):
    """A member was told of sheets not handed in: when, by whom, how many. Written once."""

    PERSONAL = frozenset()

    class Occasion(models.TextChoices):
        SOON = "soon", "截止前提醒"
        LATE = "late", "逾期提醒"
        ASKED = "asked", "人工催办"

    round = models.ForeignKey(Round, models.PROTECT, verbose_name="批次", related_name="review_reminders")
    member = models.ForeignKey(PanelMember, models.PROTECT, verbose_name="评委", related_name="reminders")
    occasion = models.CharField("方式", max_length=10, choices=Occasion)
    sheets = models.PositiveSmallIntegerField("未提交（份）")
    sent_at = models.DateTimeField("提醒时间", default=timezone.now, editable=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name="催办人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "评分提醒"
        constraints = [
            models.CheckConstraint(
                name="review_reminder_asked_for_by_somebody",
                condition=Q(occasion="asked", by__isnull=False) | (~Q(occasion="asked") & Q(by__isnull=True)),
                violation_error_message="人工催办须记录催办人，其余由平台自动提醒。",
            ),
            models.CheckConstraint(name="review_reminder_of_a_sheet_at_least", condition=Q(sheets__gte=1)),
        ]

    def __str__(self):
        return f"评分提醒 {self.pk}"


REVIEW_STEPS = Workflow(
    submit_scores=Step(
        label="提交评分",
        sources=frozenset({"open"}),
        target="submitted",
        needs=Perm.TITLE_SCORE,
        stamp="submitted_at",
    ),
    recuse=Step(
        label="申请回避",
        sources=frozenset({"open"}),
        target="recused",
        needs=Perm.TITLE_SCORE,
        wants_note=True,
    ),
    redraw=Step(
        label="重新抽取",
        sources=frozenset({"open"}),
        target="replaced",
        needs=Perm.TITLE_MANAGE,
        wants_note=True,
    ),
)

PANEL_STEPS = Workflow(
    begin_scoring=Step(
        label="抽取评委", sources=frozenset({"admitted"}), target="scoring", needs=Perm.TITLE_MANAGE
    ),
    count_scores=Step(
        label="计算总分", sources=frozenset({"scoring"}), target="scored", needs=Perm.TITLE_MANAGE
    ),
    propose=Step(
        label="拟认定",
        sources=frozenset({"scored", "not_proposed"}),
        target="proposed",
        needs=Perm.TITLE_MANAGE,
    ),
    not_propose=Step(
        label="拟不认定",
        sources=frozenset({"scored", "proposed"}),
        target="not_proposed",
        needs=Perm.TITLE_MANAGE,
        wants_note=True,
    ),
    renounce=Step(
        label="放弃认定",
        sources=frozenset({"proposed"}),
        target="withdrawn",
        needs=Perm.TITLE_CASE,
        wants_note=True,
    ),
    grant_titles=Step(
        label="认定",
        sources=frozenset({"proposed"}),
        target="granted",
        needs=Perm.TITLE_MANAGE,
        stamp="decided_at",
    ),
    refuse=Step(
        label="不予认定",
        sources=frozenset({"not_proposed"}),
        target="refused",
        needs=Perm.TITLE_MANAGE,
        stamp="decided_at",
    ),
)


class Score(models.Model):
    """What one member gave on one line of the form."""

    PERSONAL = frozenset()

    review = models.ForeignKey(Review, models.CASCADE, verbose_name="评审", related_name="scores")
    criterion = models.ForeignKey(Criterion, models.PROTECT, verbose_name="评分项", related_name="+")
    points = models.DecimalField("分值", max_digits=5, decimal_places=2)
    note = models.CharField("理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "评分"
        constraints = [
            models.UniqueConstraint(
                name="score_once_per_review_and_criterion", fields=["review", "criterion"]
            )
        ]

    def __str__(self):
        return f"{self.criterion}：{self.points}"


class ExtraFinding(models.Model):
    """A bonus or a deduction found for a case, how often, and on what proof."""

    PERSONAL = frozenset()

    application = models.ForeignKey(
        Application, models.CASCADE, verbose_name="申报", related_name="extra_findings"
    )
    rule = models.ForeignKey(ExtraRule, models.PROTECT, verbose_name="加减分项", related_name="+")
    times = models.PositiveSmallIntegerField("次数")
    note = models.CharField("依据", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "加减分"
        constraints = [
            models.UniqueConstraint(name="extra_finding_once", fields=["application", "rule"]),
            models.CheckConstraint(
                name="extra_found_on_proof",
                condition=Q(times=0) | ~Q(note=""),
                violation_error_message="加减分须写明依据。",
            ),
        ]

    def __str__(self):
        return f"{self.rule} × {self.times}"


class SiteVisit(models.Model):
    """What was found on the spot, by the checklist of the form's version."""

    PERSONAL = frozenset()

    class Answer(models.TextChoices):
        GOOD = "good", "符合"
        POOR = "poor", "不符合"
        NONE = "none", "不适用"

    application = models.OneToOneField(Application, models.PROTECT, verbose_name="申报", related_name="visit")
    visited_on = models.DateField("核查日期", null=True, blank=True)
    answers = models.JSONField("核查结果", default=dict, blank=True, help_text="项目 → [结果, 说明]")
    measured_area = models.PositiveIntegerField("实测展教面积（平方米）", null=True, blank=True)
    summary = models.TextField("核查意见", max_length=2000, blank=True)
    is_done = models.BooleanField("已完成", default=False, editable=False)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)
    visited_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name="核查人", related_name="+", editable=False
    )

    class Meta:
        verbose_name = verbose_name_plural = "现场核查"
        constraints = [
            models.CheckConstraint(
                name="visit_done_has_day_and_person",
                condition=Q(is_done=False) | Q(visited_on__isnull=False, visited_by__isnull=False),
                violation_error_message="完成核查须填核查日期。",
            ),
        ]

    def __str__(self):
        return f"现场核查 {self.pk}"


class VisitPhoto(models.Model):
    """A picture taken on the spot; the panel sees it only if it shows no name."""

    PERSONAL = frozenset()

    visit = models.ForeignKey(SiteVisit, models.CASCADE, verbose_name="现场核查", related_name="photos")
    attachment = models.ForeignKey(Attachment, models.PROTECT, verbose_name="照片", related_name="+")
    shows_name = models.BooleanField("可见单位名称", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "核查照片"
        constraints = [models.UniqueConstraint(name="visit_photo_once", fields=["visit", "attachment"])]

    def __str__(self):
        return f"照片 {self.pk}"
