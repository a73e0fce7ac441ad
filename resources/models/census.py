"""Census rounds: which units are asked what, what they answer, and the directory that stands at the end."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.files import Attachment
from portal.jobs import Job
from portal.organizations import Organization
from portal.roles import Perm
from portal.workflow import Step, Workflow
from resources.models.kinds import ResourceKind
from resources.models.registry import Resource


class CensusRound(Scoped):
    """One census of the city's resources. Once closed it never changes; the database sees to it.

    Basis: 深圳市科协科普工作“十四五”规划 四（二）：定期开展科普资源普查，建立科普资源名录.
    """

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        DRAFT = "draft", "筹备中"
        OPEN = "open", "填报中"
        CHECKING = "checking", "核查中"
        CLOSED = "closed", "已关闭"

    title = models.CharField("普查名称", max_length=60)
    year = models.PositiveSmallIntegerField(
        "年度", validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    opens_on = models.DateField("开始填报")
    due_on = models.DateField("单位填报截止")
    check_due_on = models.DateField("区级核查截止")
    closes_on = models.DateField("计划关闭")
    unit_kinds = ArrayField(
        models.CharField("单位性质", max_length=20, choices=Organization.Kind),
        verbose_name="普查哪些单位",
        default=list,
    )
    guide = models.CharField("填报说明", max_length=500, blank=True)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFT, editable=False)
    opened_at = models.DateTimeField("开启时间", null=True, blank=True, editable=False)
    checking_at = models.DateTimeField("转入核查时间", null=True, blank=True, editable=False)
    closed_at = models.DateTimeField("关闭时间", null=True, blank=True, editable=False)
    close_note = models.CharField("未核查完即关闭的理由", max_length=300, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资源普查"
        constraints = [
            models.UniqueConstraint(
                name="census_title_once",
                fields=["title"],
                violation_error_message="已有同名的普查，请换一个名称。",
            ),
            models.CheckConstraint(
                name="census_days_in_order",
                condition=Q(
                    due_on__gte=F("opens_on"),
                    check_due_on__gte=F("due_on"),
                    closes_on__gte=F("check_due_on"),
                ),
                violation_error_message="日期应依次为：开始填报、单位填报截止、区级核查截止、计划关闭。",
            ),
            models.CheckConstraint(
                name="census_open_has_its_time",
                condition=Q(status="draft") | Q(opened_at__isnull=False),
                violation_error_message="已开启的普查必须有开启时间。",
            ),
            models.CheckConstraint(
                name="census_closed_has_its_time",
                condition=~Q(status="closed") | Q(closed_at__isnull=False),
                violation_error_message="已关闭的普查必须有关闭时间。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("census_desk:round", args=[self.pk])

    @property
    def is_running(self) -> bool:
        return self.status in (self.Status.OPEN, self.Status.CHECKING)

    def is_late(self, on: date) -> bool:
        """Whether the units' day has passed."""
        return on > self.due_on


ROUND_FLOW = Workflow(
    open=Step(
        label="开启普查",
        sources=frozenset({CensusRound.Status.DRAFT}),
        target=CensusRound.Status.OPEN,
        needs=Perm.CENSUS_MANAGE,
        stamp="opened_at",
    ),
    start_checking=Step(
        label="停止填报，转入核查",
        sources=frozenset({CensusRound.Status.OPEN}),
        target=CensusRound.Status.CHECKING,
        needs=Perm.CENSUS_MANAGE,
        stamp="checking_at",
    ),
    resume=Step(
        label="恢复填报",
        sources=frozenset({CensusRound.Status.CHECKING}),
        target=CensusRound.Status.OPEN,
        needs=Perm.CENSUS_MANAGE,
        wants_note=True,
    ),
    close=Step(
        label="关闭普查",
        sources=frozenset({CensusRound.Status.CHECKING}),
        target=CensusRound.Status.CLOSED,
        needs=Perm.CENSUS_MANAGE,
        stamp="closed_at",
    ),
)


class CensusForm(models.Model):
    """What one kind is asked in one round: the kind's fields as they stood when the round was opened."""

    PERSONAL = frozenset()

    round = models.ForeignKey(CensusRound, models.CASCADE, verbose_name="普查", related_name="forms")
    kind = models.ForeignKey(ResourceKind, models.PROTECT, verbose_name="资源类型", related_name="+")
    code = models.CharField("类型代码", max_length=30)
    name = models.CharField("类型名称", max_length=30)
    is_place = models.BooleanField("有固定场所")
    fields = models.JSONField("扩展字段", default=list, blank=True)
    position = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "普查表式"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="census_form_once_per_kind",
                fields=["round", "code"],
                violation_error_message="这次普查已有该类型的表。",
            )
        ]

    def __str__(self):
        return self.name


class CensusUnitQuerySet(ScopedQuerySet):
    def unanswered(self):
        """Not handed in yet, or handed back."""
        return self.filter(status__in=UNANSWERED)


class CensusUnit(Scoped):
    """One unit expected to answer, frozen when the round was opened. Without an organisation it stands for
    the resources of a region that no unit looks after; the district answers for them.
    """

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        TODO = "todo", "未填"
        FILLING = "filling", "填报中"
        SUBMITTED = "submitted", "待区级核查"
        CHECKED = "checked", "待市级核查"
        ACCEPTED = "accepted", "已通过"
        RETURNED = "returned", "已退回"

    round = models.ForeignKey(CensusRound, models.CASCADE, verbose_name="普查", related_name="units")
    name = models.CharField("单位名称", max_length=120)
    is_late_joiner = models.BooleanField("开启后补入", default=False)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.TODO, editable=False)
    note = models.CharField("退回意见", max_length=500, blank=True, editable=False)
    first_submitted_at = models.DateTimeField("首次提交时间", null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True, editable=False)
    checked_at = models.DateTimeField("区级核查时间", null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField("市级通过时间", null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField("最近催办", null=True, blank=True, editable=False)

    objects = CensusUnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "普查单位"
        indexes = [
            models.Index(fields=["round", "status", "name", "id"], name="census_unit_by_status"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="census_unit_once_per_round",
                fields=["round", "organization"],
                condition=Q(organization__isnull=False),
                violation_error_message="该单位已在这次普查中。",
            ),
            models.UniqueConstraint(
                name="census_region_stands_once_for_what_nobody_owns",
                fields=["round", "region"],
                condition=Q(organization=None),
                violation_error_message="该区域的无主资源已在这次普查中。",
            ),
            models.CheckConstraint(
                name="census_unit_submitted_has_its_time",
                condition=Q(status__in=["todo", "filling"])
                | Q(submitted_at__isnull=False, first_submitted_at__isnull=False),
                violation_error_message="已提交的单位必须有提交时间。",
            ),
            models.CheckConstraint(
                name="census_unit_accepted_has_its_time",
                condition=~Q(status="accepted") | Q(accepted_at__isnull=False, checked_at__isnull=False),
                violation_error_message="已通过的单位必须有两级核查时间。",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("census_desk:unit", args=[self.pk])

    @property
    def may_be_answered(self) -> bool:
        """While the round is open; in the weeks of checking only what was handed back."""
        if self.round.status == CensusRound.Status.OPEN:
            return self.status in UNANSWERED
        return self.round.status == CensusRound.Status.CHECKING and self.status == self.Status.RETURNED

    def is_late(self, on: date) -> bool:
        """Handed in after the day, or not at all with the day gone; a late joiner has until the check."""
        due = self.round.check_due_on if self.is_late_joiner else self.round.due_on
        if self.first_submitted_at:
            return timezone.localdate(self.first_submitted_at) > due
        return on > due


UNANSWERED = (CensusUnit.Status.TODO, CensusUnit.Status.FILLING, CensusUnit.Status.RETURNED)

UNIT_FLOW = Workflow(
    begin=Step(
        label="开始填报",
        sources=frozenset({CensusUnit.Status.TODO}),
        target=CensusUnit.Status.FILLING,
        needs=Perm.CENSUS_FILL,
    ),
    submit=Step(
        label="提交核查",
        sources=frozenset({CensusUnit.Status.TODO, CensusUnit.Status.FILLING, CensusUnit.Status.RETURNED}),
        target=CensusUnit.Status.SUBMITTED,
        needs=Perm.CENSUS_FILL,
        stamp="submitted_at",
    ),
    withdraw=Step(
        label="撤回修改",
        sources=frozenset({CensusUnit.Status.SUBMITTED}),
        target=CensusUnit.Status.FILLING,
        needs=Perm.CENSUS_FILL,
    ),
    check=Step(
        label="核查通过，报市级",
        sources=frozenset({CensusUnit.Status.SUBMITTED}),
        target=CensusUnit.Status.CHECKED,
        needs=Perm.CENSUS_CHECK,
        stamp="checked_at",
    ),
    send_back=Step(
        label="退回单位",
        sources=frozenset({CensusUnit.Status.SUBMITTED}),
        target=CensusUnit.Status.RETURNED,
        needs=Perm.CENSUS_CHECK,
        wants_note=True,
    ),
    accept=Step(
        label="市级通过",
        sources=frozenset({CensusUnit.Status.CHECKED}),
        target=CensusUnit.Status.ACCEPTED,
        needs=Perm.CENSUS_MANAGE,
        stamp="accepted_at",
    ),
    return_to_unit=Step(
        label="退回重填",
        sources=frozenset({CensusUnit.Status.CHECKED}),
        target=CensusUnit.Status.RETURNED,
        needs=Perm.CENSUS_MANAGE,
        wants_note=True,
    ),
)


class CensusAnswer(models.Model):
    """One row of a unit's sheet: a resource it had at the opening, or one it adds.

    `before` is what the register said at the opening, `values` what the unit says now, both as
    `resources.rules.census` names them. What differs is written to the register when the city accepts it.
    """

    PERSONAL = frozenset()

    class Answer(models.TextChoices):
        NONE = "", "未答"
        CONFIRM = "confirm", "无变化"
        CHANGE = "change", "有变化"
        GONE = "gone", "已不存在"
        ADD = "add", "新增"

    unit = models.ForeignKey(CensusUnit, models.CASCADE, verbose_name="普查单位", related_name="answers")
    form = models.ForeignKey(CensusForm, models.PROTECT, verbose_name="普查表式", related_name="+")
    resource = models.ForeignKey(
        Resource, models.PROTECT, null=True, blank=True, verbose_name="资源", related_name="census_answers"
    )
    title = models.CharField("名称", max_length=120)
    answer = models.CharField("作答", max_length=10, choices=Answer, default=Answer.NONE, blank=True)
    is_new = models.BooleanField("新增的一行", default=False)
    reason = models.CharField("不再提供的原因", max_length=200, blank=True)
    before = models.JSONField("上次内容", default=dict, blank=True)
    values = models.JSONField("本次内容", default=dict, blank=True)
    check_note = models.CharField("核查意见", max_length=300, blank=True)
    answered_at = models.DateTimeField("作答时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="作答人", related_name="+"
    )
    applied_at = models.DateTimeField("写入资源库时间", null=True, blank=True)
    outcome = models.CharField("写入结果", max_length=200, blank=True)
    revision = models.PositiveIntegerField("修订号", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "普查作答"
        indexes = [models.Index(fields=["unit", "form", "id"], name="census_answer_by_unit")]
        constraints = [
            models.UniqueConstraint(
                name="census_answer_once_per_resource",
                fields=["unit", "resource"],
                violation_error_message="这条资源已在表中。",
            ),
            models.CheckConstraint(
                name="census_new_rows_are_answered_as_new",
                condition=Q(is_new=True, answer="add") | Q(is_new=False) & ~Q(answer="add"),
                violation_error_message="新增的行只能答“新增”，已有的资源不能答“新增”。",
            ),
            models.CheckConstraint(
                name="census_gone_says_why",
                condition=~Q(answer="gone") | ~Q(reason=""),
                violation_error_message="请写明不再提供的原因。",
            ),
            models.CheckConstraint(
                name="census_known_rows_name_their_resource",
                condition=Q(is_new=True) | Q(resource__isnull=False),
                violation_error_message="已有的行必须对应一条资源。",
            ),
        ]

    def __str__(self):
        return self.title


class CensusEntry(models.Model):
    """One resource as the directory of a round prints it; written at the closing, never changed."""

    PERSONAL = frozenset()

    round = models.ForeignKey(CensusRound, models.CASCADE, verbose_name="普查", related_name="entries")
    code = models.CharField("资源编号", max_length=12)
    title = models.CharField("名称", max_length=120)
    title_key = models.CharField("名称拼音", max_length=400)
    kind_code = models.CharField("类型代码", max_length=30)
    kind_name = models.CharField("类型名称", max_length=30)
    kind_position = models.PositiveSmallIntegerField("类型排序", default=0)
    district_code = models.CharField("区代码", max_length=12, blank=True)
    district_name = models.CharField("区", max_length=60, blank=True)
    subdistrict_name = models.CharField("街道", max_length=60, blank=True)
    unit_name = models.CharField("单位", max_length=120, blank=True)
    facts = models.JSONField("公开内容", default=list, help_text="名称与内容成对的列表")
    is_verified = models.BooleanField("本次核实", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "名录条目"
        indexes = [
            models.Index(fields=["round", "kind_position", "title_key", "id"], name="census_entry_in_order"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="census_entry_once_per_round",
                fields=["round", "code"],
                violation_error_message="名录中已有这条资源。",
            )
        ]

    def __str__(self):
        return self.title


class CensusDirectory(models.Model):
    """The published files of a closed round; once made they stay as they are."""

    PERSONAL = frozenset()

    class State(models.TextChoices):
        MAKING = "making", "正在生成"
        READY = "ready", "已生成"
        FAILED = "failed", "未生成"

    round = models.OneToOneField(CensusRound, models.PROTECT, verbose_name="普查", related_name="directory")
    state = models.CharField("状态", max_length=10, choices=State, default=State.MAKING)
    job = models.ForeignKey(
        Job, models.SET_NULL, null=True, blank=True, verbose_name="后台任务", related_name="+"
    )
    pdf = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="名录 PDF", related_name="+"
    )
    pdf_digest = models.CharField("名录 PDF 校验和", max_length=64, blank=True)
    workbook = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="名录工作簿", related_name="+"
    )
    workbook_digest = models.CharField("名录工作簿校验和", max_length=64, blank=True)
    differences = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="对比工作簿", related_name="+"
    )
    differences_digest = models.CharField("对比工作簿校验和", max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "普查名录"
        constraints = [
            models.CheckConstraint(
                name="census_directory_ready_has_files_and_digests",
                condition=~Q(state="ready")
                | Q(pdf__isnull=False, workbook__isnull=False, differences__isnull=False)
                & Q(pdf_digest__regex="^[0-9a-f]{64}$", workbook_digest__regex="^[0-9a-f]{64}$")
                & Q(differences_digest__regex="^[0-9a-f]{64}$"),
                violation_error_message="已生成的名录必须有文件和校验和。",
            )
        ]

    def __str__(self):
        return f"{self.round}名录"
