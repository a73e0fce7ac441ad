"""A round of accreditation and the applications to it, from the notice to the decision."""

import secrets
import uuid
from datetime import date

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from outreach.models.schemes import Gate, Scheme, ScoreForm
from outreach.models.titles import Title
from portal.accounts import Scoped, ScopedQuerySet, User
from portal.calendar import local_today
from portal.files import Attachment
from portal.roles import Perm
from portal.workflow import Step, Workflow

MOST_FILES = 40


class RoundQuerySet(ScopedQuerySet):
    def announced(self):
        return self.exclude(status=Round.Status.DRAFT)

    def receiving(self, on):
        """Rounds in which a unit may hand in an application on a day."""
        return self.filter(status=Round.Status.OPEN, apply_from__lte=on, apply_until__gte=on)


class Round(Scoped):
    """One round of a scheme. Days include both ends; its form is the version it was announced with."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        OPEN = "open", "申报中"
        REVIEWING = "reviewing", "评审中"
        NOTICED = "noticed", "公示中"
        CLOSED = "closed", "已结束"

    scheme = models.ForeignKey(Scheme, models.PROTECT, verbose_name="认定方案", related_name="rounds")
    form = models.ForeignKey(ScoreForm, models.PROTECT, verbose_name="评分表", related_name="rounds")
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("标题", max_length=120)
    text = models.TextField("通知正文", max_length=5000, blank=True)
    apply_from = models.DateField("申报开始")
    apply_until = models.DateField("申报截止", help_text="含当日；逾期系统不再受理。")
    recommend_until = models.DateField("区级推荐截止", help_text="含当日；退回补正也须在此日前完成。")
    notice_from = models.DateField("公示开始", null=True, blank=True, editable=False)
    notice_until = models.DateField("公示截止", null=True, blank=True, editable=False)
    notice_places = models.PositiveSmallIntegerField(
        "公示家数", null=True, editable=False, help_text="递补后不多于此数。"
    )
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    announced_at = models.DateTimeField("发布时间", null=True, editable=False)
    closed_at = models.DateTimeField("结束时间", null=True, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "认定批次"
        constraints = [
            models.UniqueConstraint(
                name="round_title_once",
                fields=["title"],
                violation_error_message="已有同名批次，请换一个标题。",
            ),
            models.CheckConstraint(
                name="round_days_follow_each_other",
                condition=Q(apply_until__gte=F("apply_from"), recommend_until__gte=F("apply_until")),
                violation_error_message="申报截止不能早于申报开始，区级推荐截止不能早于申报截止。",
            ),
            models.CheckConstraint(
                name="round_notice_begins_and_ends",
                condition=Q(notice_from=None, notice_until=None) | Q(notice_until__gte=F("notice_from")),
                violation_error_message="公示截止不能早于公示开始。",
            ),
            models.CheckConstraint(
                name="round_in_notice_has_its_days",
                condition=~Q(status__in=["noticed", "closed"]) | Q(notice_from__isnull=False),
                violation_error_message="公示中的批次必须有公示日期。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("bases:round", args=[self.pk])

    def get_desk_url(self):
        return reverse("titles_desk:round", args=[self.pk])

    def get_decision_url(self):
        return reverse("titles_desk:decision", args=[self.pk])

    @property
    def data_year(self) -> int:
        """Yearly figures cover 1 January to 31 December of this year."""
        return self.year - 1


ROUND_STEPS = Workflow(
    announce=Step(
        label="发布通知",
        sources=frozenset({"draft"}),
        target="open",
        needs=Perm.TITLE_MANAGE,
        stamp="announced_at",
    ),
    begin_review=Step(
        label="转入评审", sources=frozenset({"open"}), target="reviewing", needs=Perm.TITLE_MANAGE
    ),
    publish_notice=Step(
        label="发布公示", sources=frozenset({"reviewing"}), target="noticed", needs=Perm.TITLE_MANAGE
    ),
    close=Step(
        label="结束批次",
        sources=frozenset({"noticed"}),
        target="closed",
        needs=Perm.TITLE_MANAGE,
        stamp="closed_at",
    ),
)


def new_case_number() -> str:
    """What a panel knows of a case: it tells nothing of who applies, nor in which order."""
    return f"A{secrets.randbelow(10**7):07d}"


class ApplicationQuerySet(ScopedQuerySet):
    def seen_by(self, user):
        """What somebody may look at: their own unit's in every state, the others once handed in."""
        own = self.for_user(user, Perm.TITLE_APPLY)
        districts = self.for_user(user, Perm.TITLE_RECOMMEND).filter(
            round__scheme__applicant=Scheme.Applicant.DISTRICT
        )
        handed_in = self.for_user(user, Perm.TITLE_CASE).exclude(status=Application.Status.DRAFT)
        scope = [rows.order_by().values("pk") for rows in (own, districts, handed_in)]
        return self.filter(Q(pk__in=scope[0]) | Q(pk__in=scope[1]) | Q(pk__in=scope[2]))

    def open(self):
        """On which something is still to be decided."""
        return self.exclude(status__in=Application.OVER)

    def with_all(self):
        return self.select_related("round__scheme", "round__form", "organization__region", "region")


_COUNT = {"null": True, "blank": True}


class Application(Scoped):
    """What a unit hands in to a round: its figures, its texts, its files, and what became of it.

    Every cell is filled before it is handed in; none is 0 or 无. Figures of a year cover the round's data
    year, the others are as of its 31 December. What the portal knows stands in the unit's record and in
    its evidence, and is copied here at the moment of handing in.
    """

    PERSONAL = frozenset({"legal_person", "contact", "phone"})

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待区级核对"
        RETURNED = "returned", "退回补正"
        RECOMMENDED = "recommended", "待形式审查"
        NOT_RECOMMENDED = "not_recommended", "区级不予推荐"
        ADMITTED = "admitted", "待评审"
        INADMISSIBLE = "inadmissible", "形式审查未通过"
        SCORING = "scoring", "评审中"
        SCORED = "scored", "评审完成"
        PROPOSED = "proposed", "拟认定"
        NOT_PROPOSED = "not_proposed", "拟不认定"
        GRANTED = "granted", "已认定"
        REFUSED = "refused", "不予认定"
        WITHDRAWN = "withdrawn", "已撤回"

    OVER = ("draft", "not_recommended", "inadmissible", "granted", "refused", "withdrawn")

    # What the form of the round computes with.
    FACTS = {
        "area": "exhibition_area",
        "building_area": "building_area",
        "open_days": "open_days",
        "visitors": "visitors",
        "sessions": "sessions",
        "full_time": "full_time_staff",
        "part_time": "part_time_staff",
        "volunteers": "volunteers",
        "training_hours": "training_hours",
        "weekend_days": "weekend_days",
    }

    number = models.CharField("评审编号", max_length=10, unique=True, default=new_case_number, editable=False)
    key = models.UUIDField("提交标识", unique=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, models.PROTECT, verbose_name="批次", related_name="applications")
    category = models.CharField("申报类别", max_length=12, choices=Title.Category)
    status = models.CharField("状态", max_length=16, choices=Status, default=Status.DRAFT, editable=False)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)

    legal_person = models.CharField("法定代表人", max_length=30, blank=True)
    contact = models.CharField("联系人", max_length=30, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    building_area = models.PositiveIntegerField("建筑面积（平方米）", **_COUNT)
    exhibition_area = models.PositiveIntegerField("展教面积（平方米）", **_COUNT)
    full_time_staff = models.PositiveSmallIntegerField("专职科普人员（人）", **_COUNT)
    part_time_staff = models.PositiveSmallIntegerField("兼职科普人员（人）", **_COUNT)
    volunteers = models.PositiveSmallIntegerField("科普志愿者（人）", **_COUNT)
    training_hours = models.PositiveIntegerField("讲解人员年培训（学时）", **_COUNT)
    open_days = models.PositiveSmallIntegerField(
        "年开放天数（天）", validators=[MaxValueValidator(366)], **_COUNT
    )
    weekend_days = models.PositiveSmallIntegerField(
        "其中周末与节假日（天）", validators=[MaxValueValidator(366)], **_COUNT
    )
    visitors = models.PositiveIntegerField("年接待（人次）", **_COUNT)
    sessions = models.PositiveIntegerField("年科普活动（场）", **_COUNT)
    has_pupil_discount = models.BooleanField("对未成年人免费或优惠", null=True, blank=True)
    has_senior_discount = models.BooleanField("对老年人免费或优惠", null=True, blank=True)
    has_military_discount = models.BooleanField("对现役和退役军人免费或优惠", null=True, blank=True)
    leaflets = models.PositiveIntegerField("免费发放资料（份）", **_COUNT)
    exhibits = models.PositiveIntegerField("展品（件）", **_COUNT)
    boards = models.PositiveIntegerField("展板（块）", **_COUNT)
    models_count = models.PositiveIntegerField("模型（件）", **_COUNT)
    books = models.PositiveIntegerField("科普图书（册）", **_COUNT)
    income_appropriation_yuan = models.DecimalField(
        "拨款收入（元）", max_digits=14, decimal_places=2, **_COUNT
    )
    income_sponsorship_yuan = models.DecimalField(
        "捐赠赞助收入（元）", max_digits=14, decimal_places=2, **_COUNT
    )
    income_other_yuan = models.DecimalField("其他收入（元）", max_digits=14, decimal_places=2, **_COUNT)
    spending_building_yuan = models.DecimalField(
        "场馆建设支出（元）", max_digits=14, decimal_places=2, **_COUNT
    )
    spending_exhibits_yuan = models.DecimalField("展品支出（元）", max_digits=14, decimal_places=2, **_COUNT)
    spending_activities_yuan = models.DecimalField(
        "活动支出（元）", max_digits=14, decimal_places=2, **_COUNT
    )
    spending_other_yuan = models.DecimalField("其他支出（元）", max_digits=14, decimal_places=2, **_COUNT)
    other_titles = models.CharField(
        "其他已获称号", max_length=300, blank=True, help_text="本平台没有登记的称号；没有填“无”。"
    )
    has_distinctive_resource = models.BooleanField("有特色科普资源", null=True, blank=True)
    shows_own_technology = models.BooleanField("展示自有技术或生产", null=True, blank=True)
    summary = models.TextField("近两年科普工作总结", max_length=3000, blank=True)
    plan = models.TextField("今后工作计划", max_length=3000, blank=True)

    submitted_at = models.DateTimeField("首次提交时间", null=True, editable=False)
    resubmitted_at = models.DateTimeField("补正提交时间", null=True, editable=False)
    remarks = models.JSONField("补正意见", default=dict, blank=True, editable=False)
    recommended_at = models.DateTimeField("区级推荐时间", null=True, editable=False)
    district_rank = models.PositiveSmallIntegerField("区级排序", null=True, blank=True, editable=False)
    district_opinion = models.CharField("区级意见", max_length=500, blank=True, editable=False)
    total = models.DecimalField("总分", max_digits=6, decimal_places=2, null=True, editable=False)
    breakdown = models.JSONField("得分说明", default=dict, blank=True, editable=False)
    proposed_titles = models.JSONField("拟授称号", default=list, blank=True, editable=False)
    place = models.PositiveSmallIntegerField("名次", null=True, editable=False)
    decision = models.CharField("决定说明", max_length=500, blank=True, editable=False)
    reserve_place = models.PositiveSmallIntegerField(
        "备选次序", null=True, editable=False, help_text="达到等级而未列入拟认定名单的，按次序递补。"
    )
    notice_from = models.DateField(
        "补充公示开始", null=True, editable=False, help_text="公示开始后递补或经复核列入的，另行公示。"
    )
    notice_until = models.DateField("补充公示截止", null=True, editable=False)
    decided_at = models.DateTimeField("决定时间", null=True, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "认定申报"
        indexes = [models.Index(fields=["round", "status"], name="application_by_round")]
        constraints = [
            models.CheckConstraint(
                name="application_of_an_organization",
                condition=Q(organization__isnull=False),
                violation_error_message="申报必须属于一家单位。",
            ),
            models.UniqueConstraint(
                name="application_once_per_round_and_organization",
                fields=["round", "organization"],
                violation_error_message="本单位在本批次已有申报，请在原申报上修改。",
            ),
            models.UniqueConstraint(
                name="application_rank_once_per_district",
                fields=["round", "region", "district_rank"],
                violation_error_message="该排序已给了另一家单位，请换一个。",
            ),
            models.UniqueConstraint(
                name="application_reserve_place_once_per_round",
                fields=["round", "reserve_place"],
                deferrable=models.Deferrable.DEFERRED,  # two change places in one transaction
                violation_error_message="该备选次序已给了另一家单位。",
            ),
            models.CheckConstraint(
                name="application_in_reserve_is_not_proposed",
                condition=Q(reserve_place=None)
                | Q(reserve_place__gte=1, status__in=["not_proposed", "refused"]),
                violation_error_message="列入备选的申报不能同时在拟认定名单中。",
            ),
            models.CheckConstraint(
                name="application_handed_in_has_a_time",
                condition=Q(status__in=["draft", "withdrawn"]) | Q(submitted_at__isnull=False),
                violation_error_message="已提交的申报必须有提交时间。",
            ),
            models.CheckConstraint(
                name="application_decided_with_a_time",
                condition=~Q(status__in=["granted", "refused"]) | Q(decided_at__isnull=False),
                violation_error_message="已决定的申报必须有决定时间。",
            ),
            models.CheckConstraint(
                name="application_own_notice_begins_and_ends",
                condition=Q(notice_from=None, notice_until=None)
                | Q(notice_from__isnull=False, notice_until__gte=F("notice_from")),
                violation_error_message="补充公示须有开始和截止日期。",
            ),
            models.CheckConstraint(
                name="application_granted_after_its_own_notice",
                condition=~Q(status="granted")
                | Q(notice_until=None)
                | Q(decided_at__date__gt=F("notice_until")),
                violation_error_message="补充公示期满后才能认定。",
            ),
            models.CheckConstraint(
                name="application_exhibition_within_building",
                condition=Q(exhibition_area=None)
                | Q(building_area=None)
                | Q(exhibition_area__lte=F("building_area")),
                violation_error_message="展教面积不能大于建筑面积。",
            ),
            models.CheckConstraint(
                name="application_weekends_within_open_days",
                condition=Q(weekend_days=None) | Q(open_days=None) | Q(weekend_days__lte=F("open_days")),
                violation_error_message="周末与节假日开放天数不能多于年开放天数。",
            ),
        ]

    def __str__(self):
        return f"{self.organization}（{self.round}）"

    def get_absolute_url(self):
        return reverse("titles_desk:case", args=[self.pk])

    @property
    def may_be_changed(self) -> bool:
        return self.status in (self.Status.DRAFT, self.Status.RETURNED)

    @property
    def is_with_district(self) -> bool:
        """Whether it waits for its district, or for what the district asked for."""
        return self.status in (self.Status.SUBMITTED, self.Status.RETURNED)

    @property
    def facts(self) -> dict:
        """The figures the form computes with; None where nothing was filled in."""
        return {name: getattr(self, field) for name, field in self.FACTS.items()}

    @property
    def notice_days(self) -> tuple[date | None, date | None]:
        """The first and last day before the public: the round's, or its own if it was proposed later."""
        held = self if self.notice_from else self.round
        return held.notice_from, held.notice_until

    def is_before_public(self, on: date) -> bool:
        first, last = self.notice_days
        return bool(first) and first <= on <= last

    @property
    def takes_objections(self) -> bool:
        """Whether it may be spoken against today."""
        return self.round.status == Round.Status.NOTICED and self.is_before_public(local_today())

    @property
    def notice_is_over(self) -> bool:
        """Whether its last day before the public has passed; a notice may be announced before its first."""
        last = self.notice_days[1]
        return last is not None and last < local_today()

    def may_be_contested(self, on: date) -> bool:
        """Whether its body may ask on a day that it be looked at again."""
        is_out = self.status == self.Status.NOT_PROPOSED and self.round.status == Round.Status.NOTICED
        return is_out and self.is_before_public(on)

    @property
    def is_in_time(self) -> bool:
        """Whether it may be handed in today."""
        today = local_today()
        last = self.round.apply_until if self.submitted_at is None else self.round.recommend_until
        return self.round.apply_from <= today <= last


_OF_THE_DISTRICT = frozenset({"submitted"})

APPLICATION_STEPS = Workflow(
    submit=Step(
        label="提交申报",
        sources=frozenset({"draft"}),
        target="submitted",
        needs=Perm.TITLE_CASE,
        stamp="submitted_at",
    ),
    submit_directly=Step(
        label="提交申报",
        sources=frozenset({"draft"}),
        target="recommended",
        needs=Perm.TITLE_CASE,
        stamp="submitted_at",
    ),
    resubmit=Step(
        label="补正后提交",
        sources=frozenset({"returned"}),
        target="submitted",
        needs=Perm.TITLE_CASE,
        stamp="resubmitted_at",
    ),
    withdraw=Step(
        label="撤回申报",
        sources=frozenset({"draft", "submitted", "returned", "recommended"}),
        target="withdrawn",
        needs=Perm.TITLE_CASE,
        wants_note=True,
    ),
    send_back=Step(
        label="退回补正",
        sources=_OF_THE_DISTRICT,
        target="returned",
        needs=Perm.TITLE_RECOMMEND,
        wants_note=True,
    ),
    recommend=Step(
        label="推荐",
        sources=_OF_THE_DISTRICT,
        target="recommended",
        needs=Perm.TITLE_RECOMMEND,
        stamp="recommended_at",
        wants_note=True,
    ),
    not_recommend=Step(
        label="不予推荐",
        sources=_OF_THE_DISTRICT,
        target="not_recommended",
        needs=Perm.TITLE_RECOMMEND,
        wants_note=True,
    ),
    admit=Step(
        label="形式审查通过", sources=frozenset({"recommended"}), target="admitted", needs=Perm.TITLE_MANAGE
    ),
    turn_down=Step(
        label="形式审查不通过",
        sources=frozenset({"recommended", "submitted", "returned"}),
        target="inadmissible",
        needs=Perm.TITLE_MANAGE,
        wants_note=True,
    ),
)


class ApplicationFile(models.Model):
    """A file that proves a gate or a line of the form. A panel sees it only if it names nobody."""

    PERSONAL = frozenset()

    application = models.ForeignKey(Application, models.CASCADE, verbose_name="申报", related_name="files")
    proves = models.CharField("证明事项", max_length=20)
    attachment = models.ForeignKey(Attachment, models.PROTECT, verbose_name="附件", related_name="+")
    is_blind = models.BooleanField("匿名件", default=False)
    is_checked_blind = models.BooleanField("匿名已核对", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "申报材料"
        ordering = ["proves", "pk"]
        constraints = [
            models.UniqueConstraint(name="application_file_once", fields=["application", "attachment"]),
            models.CheckConstraint(
                name="application_file_checked_only_if_blind",
                condition=Q(is_checked_blind=False) | Q(is_blind=True),
                violation_error_message="只有匿名件需要核对。",
            ),
        ]

    def __str__(self):
        return f"材料 {self.pk}"


class ApplicationCell(models.Model):
    """Who last filled a cell of an application, and when: what a colleague at the same draft is told."""

    PERSONAL = frozenset()

    application = models.ForeignKey(Application, models.CASCADE, verbose_name="申报", related_name="cells")
    name = models.CharField("栏目", max_length=40)
    changed_by = models.ForeignKey(User, models.PROTECT, verbose_name="填写人", related_name="+")
    changed_at = models.DateTimeField("填写时间")

    class Meta:
        verbose_name = verbose_name_plural = "申报栏目"
        constraints = [models.UniqueConstraint(name="application_cell_once", fields=["application", "name"])]

    def __str__(self):
        return f"{self.application_id} {self.name}"


class GateFinding(models.Model):
    """Whether an application meets one gate: found by the portal's figures or by whoever checks its form."""

    PERSONAL = frozenset()

    application = models.ForeignKey(
        Application, models.CASCADE, verbose_name="申报", related_name="gate_findings"
    )
    gate = models.ForeignKey(Gate, models.PROTECT, verbose_name="准入条件", related_name="+")
    is_met = models.BooleanField("符合")
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "形式审查"
        constraints = [
            models.UniqueConstraint(name="gate_finding_once", fields=["application", "gate"]),
            models.CheckConstraint(
                name="gate_missed_with_a_reason",
                condition=Q(is_met=True) | ~Q(note=""),
                violation_error_message="不符合的条件须写明原因。",
            ),
        ]

    def __str__(self):
        return f"{self.gate}：{'符合' if self.is_met else '不符合'}"
