"""Policies and standards with their versions and articles, what people said of drafts, and the words."""

import uuid
from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Prefetch, Q, Value
from django.urls import reverse
from django.utils import timezone

from portal.accounts import Scoped, ScopedQuerySet, User
from portal.roles import Perm
from portal.workflow import Step, Workflow

RESERVED = ("glossary", "comments")  # addresses under /library/ that are no document's


class DocumentQuerySet(ScopedQuerySet):
    def public(self):
        """What has a version that everybody may read."""
        return self.filter(pk__in=DocumentVersion.objects.public().values("document"))

    def with_versions(self):
        """With the public versions, the newest first, as `public_versions`."""
        rows = DocumentVersion.objects.public().order_by("-number", "-pk")
        return self.prefetch_related(Prefetch("versions", queryset=rows, to_attr="public_versions"))


class Document(Scoped):
    """A law, a rule, a policy or a standard. Its words stand in its versions."""

    PERSONAL = frozenset()

    class Kind(models.TextChoices):
        LAW = "law", "法律"
        REGULATION = "regulation", "行政法规"
        LOCAL_LAW = "local_law", "地方性法规"
        RULE = "rule", "管理办法"
        PLAN = "plan", "规划"
        POLICY = "policy", "政策文件"
        NOTICE = "notice", "通知公告"
        STANDARD = "standard", "标准"

    class Level(models.TextChoices):
        NATIONAL = "national", "国家"
        PROVINCE = "province", "省"
        CITY = "city", "市"
        DISTRICT = "district", "区"
        OTHER = "other", "外地"

    code = models.SlugField(
        "代码", max_length=40, unique=True, help_text="小写字母、数字和下划线，用作网址。"
    )
    kind = models.CharField("类别", max_length=12, choices=Kind)
    level = models.CharField("级别", max_length=10, choices=Level, default=Level.CITY)
    name = models.CharField("名称", max_length=120)
    issuer = models.CharField("制定机关", max_length=80, blank=True)
    summary = models.CharField("内容提要", max_length=500, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "政策与标准"
        constraints = [
            models.CheckConstraint(
                name="document_code_is_an_address",
                condition=Q(code__regex=r"^[a-z0-9][a-z0-9_-]{1,39}$") & ~Q(code__in=RESERVED),
                violation_error_message="代码须为 2 至 40 个小写字母、数字或下划线。",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("library:document", args=[self.code])

    def get_desk_url(self):
        return reverse("library_desk:document", args=[self.code])

    @property
    def is_standard(self) -> bool:
        return self.kind == self.Kind.STANDARD


class DocumentVersionQuerySet(ScopedQuerySet):
    def public(self):
        """Approved, or put before the public as a draft."""
        return self.filter(status__in=("commenting", "settled", "approved"))

    def in_force(self, on: date):
        """Approved versions known to be in force on a day."""
        begun = self.filter(status="approved", in_force_from__lte=on)
        return begun.filter(Q(out_of_force_on=None) | Q(out_of_force_on__gt=on))


class DocumentVersion(Scoped):
    """One version of a document. Approved, its articles never change: another version follows instead."""

    PERSONAL = frozenset()

    class Status(models.TextChoices):
        PROPOSED = "proposed", "立项建议"
        DRAFTING = "drafting", "起草中"
        COMMENTING = "commenting", "征求意见"
        SETTLED = "settled", "意见已处理"
        APPROVED = "approved", "已发布"
        DROPPED = "dropped", "未立项"

    document = models.ForeignKey(Document, models.CASCADE, verbose_name="政策与标准", related_name="versions")
    number = models.PositiveSmallIntegerField("版次", editable=False)
    label = models.CharField("版本名称", max_length=40, help_text="如“2023年修订”。")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFTING, editable=False)
    document_number = models.CharField("文号", max_length=60, blank=True)
    issued_on = models.DateField("发布日期", null=True, blank=True)
    in_force_from = models.DateField("施行日期", null=True, blank=True)
    out_of_force_on = models.DateField("失效日期", null=True, blank=True, help_text="自当日起不再施行。")
    dates_note = models.CharField("日期说明", max_length=100, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="被何版本代替",
        related_name="+",
        editable=False,
    )
    is_whole = models.BooleanField("收录全文", default=False)
    note = models.CharField("收录说明", max_length=300, blank=True)
    source = models.CharField("出处", max_length=300, blank=True)
    reason = models.CharField("立项理由", max_length=500, blank=True)
    approved_at = models.DateTimeField("收录时间", null=True, editable=False)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "文件版本"
        constraints = [
            models.UniqueConstraint(
                name="document_version_once",
                fields=["document", "number"],
                violation_error_message="该版次已存在。",
            ),
            models.CheckConstraint(
                name="document_version_approved_with_its_day",
                condition=~Q(status="approved")
                | Q(approved_at__isnull=False) & (Q(in_force_from__isnull=False) | ~Q(dates_note="")),
                violation_error_message="发布须有施行日期；日期不明的，请写日期说明。",
            ),
            models.CheckConstraint(
                name="document_version_ends_after_it_begins",
                condition=Q(in_force_from=None)
                | Q(out_of_force_on=None)
                | Q(out_of_force_on__gt=F("in_force_from")),
                violation_error_message="失效日期必须晚于施行日期。",
            ),
            models.CheckConstraint(
                name="document_version_replaced_on_a_day",
                condition=Q(replaced_by=None) | Q(out_of_force_on__isnull=False),
                violation_error_message="被代替的版本须有失效日期。",
            ),
            ExclusionConstraint(
                name="document_version_alone_in_force",
                expressions=[
                    (
                        Func(F("document"), F("document"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(F("in_force_from"), F("out_of_force_on"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(status="approved", in_force_from__isnull=False),
                violation_error_message="同一文件在同一天只能有一个版本施行。",
            ),
        ]

    def __str__(self):
        return f"{self.document}（{self.label}）"

    def get_absolute_url(self):
        return reverse("library:version", args=[self.document.code, self.number])

    def get_desk_url(self):
        return reverse("library_desk:version", args=[self.document.code, self.number])

    def standing(self, on: date) -> tuple[str, str]:
        """Code and word of where it stands on a day."""
        if self.status != self.Status.APPROVED:
            return self.status, self.get_status_display()
        if self.out_of_force_on and self.out_of_force_on <= on:
            return "expired", "已被代替" if self.replaced_by_id else "已失效"
        if self.in_force_from is None:
            return "pending", "施行日期待核"
        return ("pending", "尚未施行") if self.in_force_from > on else ("valid", "现行有效")

    @property
    def may_be_written(self) -> bool:
        return self.status in (self.Status.PROPOSED, self.Status.DRAFTING)


VERSION_STEPS = Workflow(
    load=Step(
        label="随平台收录",
        sources=frozenset({"drafting"}),
        target="approved",
        needs=Perm.LIBRARY_EDIT,
        stamp="approved_at",
        by_clock=True,
    ),
    accept=Step(
        label="同意立项", sources=frozenset({"proposed"}), target="drafting", needs=Perm.LIBRARY_EDIT
    ),
    drop=Step(
        label="不予立项",
        sources=frozenset({"proposed", "drafting"}),
        target="dropped",
        needs=Perm.LIBRARY_EDIT,
        wants_note=True,
    ),
    open_comments=Step(
        label="公开征求意见", sources=frozenset({"drafting"}), target="commenting", needs=Perm.LIBRARY_EDIT
    ),
    close_comments=Step(
        label="结束征求意见", sources=frozenset({"commenting"}), target="settled", needs=Perm.LIBRARY_EDIT
    ),
    draft_again=Step(
        label="退回修改",
        sources=frozenset({"settled"}),
        target="drafting",
        needs=Perm.LIBRARY_EDIT,
        wants_note=True,
    ),
    approve=Step(
        label="批准发布",
        sources=frozenset({"settled"}),
        target="approved",
        needs=Perm.LIBRARY_EDIT,
        stamp="approved_at",
    ),
    publish=Step(
        label="收录发布",
        sources=frozenset({"drafting"}),
        target="approved",
        needs=Perm.LIBRARY_EDIT,
        stamp="approved_at",
    ),
)


class Article(models.Model):
    """A part of a version that one can link to: an article, a clause, a paragraph."""

    PERSONAL = frozenset()

    version = models.ForeignKey(
        DocumentVersion, models.CASCADE, verbose_name="文件版本", related_name="articles"
    )
    position = models.PositiveSmallIntegerField("次序")
    anchor = models.CharField("锚点", max_length=40)
    label = models.CharField("条款", max_length=60)
    heading = models.CharField("章节", max_length=120, blank=True)
    text = models.TextField("条文", max_length=20_000, blank=True)
    gist = models.TextField("要点", max_length=1_000, blank=True)
    source = models.CharField("出处", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "条款"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="article_anchor_once_per_version", fields=["version", "anchor"]),
            models.UniqueConstraint(name="article_place_once_per_version", fields=["version", "position"]),
            models.CheckConstraint(
                name="article_says_something",
                condition=~Q(text="") | ~Q(gist=""),
                violation_error_message="条款须有条文或要点。",
            ),
            models.CheckConstraint(
                name="article_gist_with_its_source",
                condition=Q(gist="") | ~Q(source=""),
                violation_error_message="要点须写明出处。",
            ),
        ]

    def __str__(self):
        return f"{self.version.document} {self.label}"

    def get_absolute_url(self):
        return f"{self.version.get_absolute_url()}#art-{self.anchor}"


class CommentRound(models.Model):
    """A draft before the public: from when until when, and how many comments wait for their answer."""

    PERSONAL = frozenset()

    version = models.ForeignKey(
        DocumentVersion, models.CASCADE, verbose_name="文件版本", related_name="rounds"
    )
    number = models.PositiveSmallIntegerField("轮次")
    opens_on = models.DateField("开始日期")
    closes_on = models.DateField("截止日期", help_text="含当日")
    note = models.CharField("征求意见说明", max_length=500, blank=True)
    open_count = models.PositiveIntegerField("待答复（条）", default=0, editable=False)
    closed_at = models.DateTimeField("结束时间", null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "征求意见"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(name="comment_round_once", fields=["version", "number"]),
            models.UniqueConstraint(
                name="comment_round_alone_open",
                fields=["version"],
                condition=Q(closed_at=None),
                violation_error_message="该版本正在征求意见。",
            ),
            models.CheckConstraint(
                name="comment_round_ends_after_it_begins",
                condition=Q(closes_on__gte=F("opens_on")),
                violation_error_message="截止日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                name="comment_round_closed_with_all_answered",
                condition=Q(closed_at=None) | Q(open_count=0),
                violation_error_message="还有意见没有答复，不能结束征求意见。",
            ),
        ]

    def __str__(self):
        return f"{self.version} 第 {self.number} 轮征求意见"

    def takes(self, on: date) -> bool:
        """Whether anybody may still comment on a day."""
        return self.closed_at is None and self.opens_on <= on <= self.closes_on


class Comment(models.Model):
    """What somebody said of a draft, and what became of it; of the person only an account, if any."""

    PERSONAL = frozenset()

    class Verdict(models.TextChoices):
        ADOPTED = "adopted", "采纳"
        PARTLY = "partly", "部分采纳"
        EXPLAINED = "explained", "解释说明"
        DECLINED = "declined", "不采纳"

    uuid = models.UUIDField("提交标识", unique=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(CommentRound, models.CASCADE, verbose_name="征求意见", related_name="comments")
    article = models.CharField("条款", max_length=60, blank=True)
    text = models.TextField("意见", max_length=1_000)
    author = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="提出人", related_name="+", editable=False
    )
    created_at = models.DateTimeField("提出时间", default=timezone.now, editable=False)
    verdict = models.CharField("处理结果", max_length=10, choices=Verdict, blank=True)
    answer = models.TextField("答复", max_length=1_000, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="答复人", related_name="+", editable=False
    )

    class Meta:
        verbose_name = verbose_name_plural = "公众意见"
        constraints = [
            models.CheckConstraint(
                name="comment_answered_with_words",
                condition=Q(answered_at=None) & Q(verdict="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="") & ~Q(verdict=""),
                violation_error_message="答复须写明处理结果和理由。",
            ),
        ]

    def __str__(self):
        return self.text[:30]

    def get_absolute_url(self):
        return reverse("library:comment", args=[self.uuid])

    def get_desk_url(self):
        return reverse("library_desk:comment", args=[self.pk])


class Term(models.Model):
    """A word of the glossary, what it means, and who says so."""

    PERSONAL = frozenset()

    code = models.SlugField(
        "代码", max_length=40, unique=True, help_text="小写字母、数字和下划线，用作网址。"
    )
    term = models.CharField("术语", max_length=60, unique=True)
    definition = models.TextField("释义", max_length=2_000)
    source = models.CharField("出处", max_length=200)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, verbose_name="所据文件", related_name="terms"
    )
    anchor = models.CharField("所据条款的锚点", max_length=40, blank=True)
    pinyin = models.CharField("拼音", max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "术语"
        ordering = ["pinyin", "pk"]
        constraints = [
            models.CheckConstraint(
                name="term_has_a_source",
                condition=~Q(source="") & ~Q(definition=""),
                violation_error_message="术语须有释义和出处。",
            ),
        ]

    def __str__(self):
        return self.term

    def get_absolute_url(self):
        return f"{reverse('library:glossary')}#{self.code}"
