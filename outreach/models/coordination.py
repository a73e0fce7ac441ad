"""The joint meeting: its members, its meetings, and what each unit reports of its duties."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from outreach.models.duties import Duty
from portal.accounts import Scoped, ScopedQuerySet
from portal.files import Attachment
from portal.organizations import Organization
from portal.roles import Perm
from portal.workflow import Step, Workflow


class Member(models.Model):
    """A member unit of the joint meeting. Its present name is its body's; former ones are kept beside it."""

    PERSONAL = frozenset()

    organization = models.OneToOneField(
        Organization, models.PROTECT, verbose_name="成员单位", related_name="+"
    )
    position = models.PositiveSmallIntegerField("次序")
    former_names = models.CharField("曾用名", max_length=200, blank=True)
    left_on = models.DateField("退出日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "联席会议成员单位"
        ordering = ["position", "pk"]

    def __str__(self):
        return self.organization.name

    def get_absolute_url(self):
        return reverse("coordination:member", args=[self.pk])


class MemberPost(models.Model):
    """Who is a member's leader in charge, lead division or liaison officer, and since when."""

    PERSONAL = frozenset({"name", "phone"})

    class Role(models.TextChoices):
        LEADER = "leader", "分管领导"
        DIVISION = "division", "牵头处室"
        LIAISON = "liaison", "联络员"

    member = models.ForeignKey(Member, models.CASCADE, verbose_name="成员单位", related_name="posts")
    role = models.CharField("岗位", max_length=10, choices=Role)
    name = models.CharField("姓名（处室填名称）", max_length=60)
    post = models.CharField("职务", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    since = models.DateField("起始日期")
    until = models.DateField("终止日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "成员单位岗位"
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="member_has_one_of_each_post",
                fields=["member", "role"],
                condition=Q(until=None),
                violation_error_message="该岗位已有在任人员。",
            ),
            models.CheckConstraint(
                name="member_post_ends_after_it_starts",
                condition=Q(until=None) | Q(until__gte=F("since")),
                violation_error_message="终止日期不能早于起始日期。",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.get_role_display()}"


class Meeting(Scoped):
    """One meeting. What it decided is followed up as tasks, and it closes when they are done."""

    PERSONAL = frozenset()

    class Kind(models.TextChoices):
        PLENARY = "plenary", "全体会议"
        LIAISONS = "liaisons", "联络员会议"
        SPECIAL = "special", "专题会议"

    class Status(models.TextChoices):
        PLANNED = "planned", "待召开"
        RUNNING = "running", "落实中"
        CLOSED = "closed", "已办结"

    key = models.UUIDField("提交标识", unique=True, default=uuid.uuid4, editable=False)
    title = models.CharField("会议名称", max_length=120)
    kind = models.CharField("会议类别", max_length=10, choices=Kind)
    held_on = models.DateField("会议日期")
    place = models.CharField("会议地点", max_length=120, blank=True)
    agenda = models.TextField("议程", max_length=2000, blank=True)
    attendees = models.ManyToManyField(Member, verbose_name="参会单位", related_name="meetings", blank=True)
    minutes = models.TextField("会议纪要", max_length=10000, blank=True)
    minutes_file = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="纪要文件", related_name="+"
    )
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.PLANNED, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联席会议"
        constraints = [
            models.CheckConstraint(
                name="meeting_held_with_minutes",
                condition=Q(status="planned") | ~Q(minutes=""),
                violation_error_message="召开后的会议须有纪要。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("coordination:meeting", args=[self.pk])


MEETING_STEPS = Workflow(
    minute=Step(
        label="发布纪要",
        sources=frozenset({"planned"}),
        target="running",
        needs=Perm.COORDINATION_MANAGE,
    ),
    close_meeting=Step(
        label="办结会议",
        sources=frozenset({"running"}),
        target="closed",
        needs=Perm.COORDINATION_MANAGE,
    ),
)


class DutyReport(Scoped):
    """What a member did in one year on each of its duties, in its own words."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        DRAFT = "draft", "填报中"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "退回修改"
        ACCEPTED = "accepted", "已通过"

    year = models.PositiveSmallIntegerField("年度")
    due_on = models.DateField("填报期限")
    summary = models.TextField("总体情况", max_length=2000, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "履职自评"
        constraints = [
            models.UniqueConstraint(
                name="duty_report_once_per_body_and_year",
                fields=["organization", "year"],
                violation_error_message="该单位本年度已有履职自评。",
            ),
            models.CheckConstraint(
                name="duty_report_of_a_body",
                condition=Q(organization__isnull=False),
                violation_error_message="履职自评必须属于一家单位。",
            ),
            models.CheckConstraint(
                name="duty_report_submitted_with_words",
                condition=Q(status="draft") | Q(~Q(summary=""), submitted_at__isnull=False),
                violation_error_message="请填写总体情况。",
            ),
        ]

    def __str__(self):
        return f"{self.organization} {self.year} 年履职自评"

    def get_absolute_url(self):
        return reverse("coordination:report", args=[self.pk])


REPORT_STEPS = Workflow(
    submit_duties=Step(
        label="提交自评",
        sources=frozenset({"draft", "returned"}),
        target="submitted",
        needs=Perm.TASK_REPORT,
        stamp="submitted_at",
    ),
    accept_duties=Step(
        label="审核通过",
        sources=frozenset({"submitted"}),
        target="accepted",
        needs=Perm.COORDINATION_MANAGE,
    ),
    return_duties=Step(
        label="退回修改",
        sources=frozenset({"submitted"}),
        target="returned",
        needs=Perm.COORDINATION_MANAGE,
        wants_note=True,
    ),
)


class DutyAnswer(models.Model):
    """What was done on one duty, with a file for proof where there is one."""

    PERSONAL = frozenset()

    report = models.ForeignKey(DutyReport, models.CASCADE, verbose_name="履职自评", related_name="answers")
    duty = models.ForeignKey(Duty, models.PROTECT, verbose_name="法定职责", related_name="+")
    text = models.TextField("履职情况", max_length=1000, blank=True)
    proof = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="佐证", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "职责履行情况"
        ordering = ["duty__position", "pk"]
        constraints = [models.UniqueConstraint(name="duty_answer_once_per_report", fields=["report", "duty"])]

    def __str__(self):
        return f"{self.report}：{self.duty.name}"
