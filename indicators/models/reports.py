"""The annual report: its versions, its parts as rows, what is said about a part, and how it is signed."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from indicators.models.vintages import Vintage
from portal.accounts import Scoped, ScopedQuerySet, User
from portal.files import Attachment
from portal.jobs import Job
from portal.regions import Level
from portal.roles import Perm
from portal.workflow import Step, Workflow


class AnnualReportQuerySet(ScopedQuerySet):
    def published(self):
        return self.filter(status=AnnualReport.Status.PUBLISHED)

    def latest_first(self):
        return self.order_by("-year", "region__code", "-version", "pk")


class AnnualReport(Scoped):
    """One version of a year's report of the city or of a district.

    While it is a draft its parts are written and its figures follow its vintage; handed in for review, its
    content is kept as it then is, and its files are made from that. Published, it is written once (a trigger
    guards it and its parts).
    """

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        DRAFT = "draft", "编写中"
        REVIEW = "review", "审核中"
        SIGNED = "signed", "已签发"
        PUBLISHED = "published", "已发布"

    class State(models.TextChoices):
        """How far the files are that the present status asks for."""

        NONE = "none", "未生成"
        MAKING = "making", "生成中"
        READY = "ready", "已生成"
        FAILED = "failed", "生成失败"

    year = models.PositiveSmallIntegerField("年度")
    version = models.PositiveSmallIntegerField("版次")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    state = models.CharField("文件", max_length=10, choices=State, default=State.NONE, editable=False)
    vintage = models.ForeignKey(Vintage, models.PROTECT, verbose_name="指数结果", related_name="reports")
    content = models.JSONField("内容", default=dict, editable=False)
    corrections = models.TextField("更正说明", blank=True, help_text="第二版起必填。")
    letter_number = models.CharField("发文字号", max_length=40, blank=True)
    letter_recipient = models.CharField("主送机关", max_length=200, blank=True)
    letter_copies = models.CharField("抄送", max_length=200, blank=True)
    file = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="报告文件", related_name="+"
    )
    digest = models.CharField("文件摘要", max_length=64, blank=True)
    annex = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="附表文件", related_name="+"
    )
    letter = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, verbose_name="印发文件", related_name="+"
    )
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, verbose_name="任务", related_name="+")
    rounds = models.PositiveSmallIntegerField("送审次数", default=0, editable=False)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name="送审人", related_name="+", editable=False
    )
    submitted_at = models.DateTimeField("送审时间", null=True, blank=True, editable=False)
    signed_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name="签发人", related_name="+", editable=False
    )
    signed_at = models.DateTimeField("签发时间", null=True, blank=True, editable=False)
    published_at = models.DateTimeField("发布时间", null=True, blank=True, editable=False)

    objects = AnnualReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度报告"
        ordering = ["-year", "-version"]
        constraints = [
            models.UniqueConstraint(
                name="annual_report_once_per_region_year_and_version",
                fields=["region", "year", "version"],
                violation_error_message="该年度已有同一版次。",
            ),
            models.UniqueConstraint(
                name="annual_report_one_draft_per_region_and_year",
                fields=["region", "year"],
                condition=~Q(status="published"),
                violation_error_message="该年度已有一份报告在编写或审核。",
            ),
            models.UniqueConstraint(
                name="annual_report_letter_number_once",
                fields=["letter_number"],
                condition=~Q(letter_number=""),
                violation_error_message="该发文字号已用于另一份报告。",
            ),
            models.CheckConstraint(
                name="annual_report_signed_by_somebody_else",
                condition=~Q(status__in=["signed", "published"])
                | Q(signed_by__isnull=False, submitted_by__isnull=False, signed_at__isnull=False)
                & ~Q(signed_by=F("submitted_by")),
                violation_error_message="签发人不能是送审人。",
            ),
            models.CheckConstraint(
                name="annual_report_published_has_file_and_time",
                condition=~Q(status="published")
                | Q(published_at__isnull=False, file__isnull=False) & ~Q(digest=""),
                violation_error_message="已发布的报告必须有文件和发布时间。",
            ),
            models.CheckConstraint(
                name="annual_report_later_version_says_what_changed",
                condition=Q(version=1) | ~Q(corrections=""),
                violation_error_message="第二版起必须写明更正内容。",
            ),
        ]

    def __str__(self):
        return f"{self.name}第{self.version}版"

    def get_absolute_url(self):
        return reverse("reports_desk:detail", args=[self.pk])

    @property
    def name(self) -> str:
        """深圳市科普发展年度报告（2025）, 深圳市南山区科普发展年度报告（2025）."""
        return "".join(self.name_lines)

    @property
    def name_lines(self) -> tuple[str, str]:
        """The name as the cover breaks it: whose report, and what it is."""
        return self.place_name, f"科普发展年度报告（{self.year}）"

    @property
    def place_name(self) -> str:
        return "深圳市" if self.region.level == Level.MUNICIPALITY else f"深圳市{self.region.name}"

    @property
    def issuer(self) -> str:
        """深圳市科学技术协会, 深圳市南山区科学技术协会."""
        return f"{self.place_name}科学技术协会"

    @property
    def is_open(self) -> bool:
        """Whether its parts may still be written."""
        return self.status == self.Status.DRAFT


REPORT_FLOW = Workflow(
    submit=Step(
        label="送审",
        sources=frozenset({AnnualReport.Status.DRAFT}),
        target=AnnualReport.Status.REVIEW,
        needs=Perm.REPORT_MAKE,
        stamp="submitted_at",
    ),
    send_back=Step(
        label="退回修改",
        sources=frozenset({AnnualReport.Status.REVIEW, AnnualReport.Status.SIGNED}),
        target=AnnualReport.Status.DRAFT,
        needs=Perm.REPORT_SIGN,
        wants_note=True,
    ),
    sign=Step(
        label="签发",
        sources=frozenset({AnnualReport.Status.REVIEW}),
        target=AnnualReport.Status.SIGNED,
        needs=Perm.REPORT_SIGN,
        stamp="signed_at",
    ),
    publish=Step(
        label="发布",
        sources=frozenset({AnnualReport.Status.SIGNED}),
        target=AnnualReport.Status.PUBLISHED,
        needs=Perm.REPORT_MAKE,
        stamp="published_at",
    ),
)


class ReportPart(models.Model):
    """One chapter of a report: what the portal sets there, and the words that people put before it.

    Words hold figures by name, `{{项目.KH111}}`; they are looked up in the report's vintage when it is set.
    `revision` grows with every change: whoever saw an older one does not overwrite in silence.
    """

    PERSONAL = frozenset()

    class Kind(models.TextChoices):
        SUMMARY = "summary", "摘要"
        INDEX = "index", "科普发展指数"
        PROJECT = "project", "规划工程"
        NATION = "nation", "与全国比较"
        DISTRICTS = "districts", "各区概况"
        COMPARISON = "comparison", "与全市和各区比较"
        INDICATORS = "indicators", "分项指标"
        ITEMS = "items", "统计数据"
        METHOD = "method", "方法与数据说明"
        WORDS = "words", "文字"

    report = models.ForeignKey(AnnualReport, models.CASCADE, verbose_name="年度报告", related_name="parts")
    code = models.SlugField("代码", max_length=20)
    kind = models.CharField("内容", max_length=12, choices=Kind)
    title = models.CharField("标题", max_length=40)
    text = models.TextField("文字", blank=True, max_length=8000)
    is_on = models.BooleanField("列入报告", default=True)
    position = models.PositiveSmallIntegerField("次序")
    revision = models.PositiveIntegerField("修改次数", default=0, editable=False)
    changed_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name="修改人", related_name="+", editable=False
    )
    changed_at = models.DateTimeField("修改时间", null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "报告章节"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="report_part_once_per_code",
                fields=["report", "code"],
                violation_error_message="该章已在报告中。",
            ),
            models.CheckConstraint(
                name="report_part_of_words_has_words_if_it_is_on",
                condition=~Q(kind="words") | Q(is_on=False) | ~Q(text=""),
                violation_error_message="文字章节列入报告前须写上文字。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("reports_desk:part", args=[self.report_id, self.code])


class PartRemark(models.Model):
    """What a reviewer says about a part, or about one table, chart or paragraph of it; answered in words."""

    PERSONAL = frozenset()

    part = models.ForeignKey(ReportPart, models.CASCADE, verbose_name="章节", related_name="remarks")
    place = models.CharField("位置", max_length=60, blank=True, help_text="空白为整章。")
    text = models.CharField("意见", max_length=300)
    written_by = models.ForeignKey(User, models.PROTECT, verbose_name="提出人", related_name="+")
    written_at = models.DateTimeField("提出时间", default=timezone.now)
    reply = models.CharField("处理结果", max_length=300, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="处理人", related_name="+"
    )
    answered_at = models.DateTimeField("处理时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报告审核意见"
        ordering = ["written_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="part_remark_is_answered_in_words",
                condition=Q(answered_at=None, answered_by=None, reply="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(reply=""),
                violation_error_message="处理意见须写明处理结果。",
            )
        ]

    def __str__(self):
        return self.text
