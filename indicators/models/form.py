"""The statistics forms: items and rules are rows, a version per change; a period is one round of one form."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal import calendar
from portal.calendar import PeriodKind


class Reporter(models.TextChoices):
    """Who hands a return in. A venue files its own: it is never added into its parent's or its district's."""

    DISTRICT = "district", "区"
    SUBDISTRICT = "subdistrict", "街道"
    VENUE = "venue", "科普场馆"
    MEMBER = "member", "成员单位"


YEARLY_FORM = "kp"  # the national form: what index and annual report read


def by_districts() -> list[str]:
    return [Reporter.DISTRICT.value]


class StatFormQuerySet(models.QuerySet):
    def drafts(self):
        return self.filter(valid_from=None)

    def in_force(self, code: str, on: date) -> "StatForm | None":
        """The version of a form that rounds opened on a day are of."""
        found = self.filter(code=code, valid_from__lte=on)
        return found.order_by("-valid_from", "-version").first()


class StatForm(models.Model):
    """One version of a statistics form. A new year's changes are a new version: a draft until it is published
    from a day on, and then left alone. Returns keep the version that they were opened with.
    """

    PERSONAL = frozenset()

    class Frequency(models.TextChoices):
        YEAR = PeriodKind.YEAR.value, "每年"
        HALF = PeriodKind.HALF.value, "每半年"
        QUARTER = PeriodKind.QUARTER.value, "每季度"
        MONTH = PeriodKind.MONTH.value, "每月"

    code = models.CharField("代码", max_length=20)
    version = models.PositiveSmallIntegerField("版本")
    name = models.CharField("名称", max_length=60)
    basis = models.CharField("依据", max_length=200, blank=True)
    frequency = models.CharField("填报周期", max_length=10, choices=Frequency, default=Frequency.YEAR)
    reporters = ArrayField(
        models.CharField(max_length=12, choices=Reporter), default=by_districts, verbose_name="填报对象"
    )
    valid_from = models.DateField(
        "启用日期", null=True, blank=True, help_text="这一天起开始填报的用这一版；空白为草稿。"
    )

    objects = StatFormQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "统计报表"
        constraints = [
            models.CheckConstraint(
                name="stat_form_has_reporters",
                condition=Q(reporters__len__gt=0),
                violation_error_message="请写明由谁填报。",
            ),
            models.UniqueConstraint(
                name="stat_form_once_per_code_and_version",
                fields=["code", "version"],
                violation_error_message="该报表已有同一版本。",
            ),
            models.UniqueConstraint(
                name="stat_form_one_draft_per_code",
                fields=["code"],
                condition=Q(valid_from=None),
                violation_error_message="该报表已有一个草稿版本，请先启用或删除。",
            ),
            models.UniqueConstraint(
                name="stat_form_once_per_code_and_day",
                fields=["code", "valid_from"],
                violation_error_message="该报表已有从这一天起启用的版本。",
            ),
        ]

    def __str__(self):
        return f"{self.name}（第{self.version}版）"

    def get_absolute_url(self):
        return reverse("indicators_desk:form", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.valid_from is None


class FormItem(models.Model):
    """One figure that a form asks for. A code that names several figures has parts: KC320.1, KC320.2."""

    PERSONAL = frozenset()

    form = models.ForeignKey(StatForm, models.CASCADE, verbose_name="报表", related_name="items")
    key = models.CharField("项目", max_length=10)
    code = models.CharField("代码", max_length=8)
    part = models.PositiveSmallIntegerField("分项", default=0)
    table = models.CharField("表号", max_length=8)
    table_name = models.CharField("表名", max_length=20)
    name = models.CharField("指标名称", max_length=60)
    unit = models.CharField("计量单位", max_length=10, blank=True)
    decimals = models.PositiveSmallIntegerField("小数位数", default=0)
    is_text = models.BooleanField("文字", default=False)
    low = models.DecimalField("通常下限", max_digits=18, decimal_places=2, null=True, blank=True)
    high = models.DecimalField("通常上限", max_digits=18, decimal_places=2, null=True, blank=True)
    definition = models.CharField("口径", max_length=200, blank=True)
    is_confirmed = models.BooleanField(
        "代码已核实",
        default=False,
        help_text="与2004年国家报表一致；其余为本平台拟编，不得作为官方代码。",
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="上级指标", related_name="children"
    )
    position = models.PositiveSmallIntegerField("次序")

    class Meta:
        verbose_name = verbose_name_plural = "报表项目"
        ordering = ["form", "position"]
        constraints = [
            models.UniqueConstraint(
                name="form_item_once_per_key",
                fields=["form", "key"],
                violation_error_message="该项目已存在。",
            ),
            models.CheckConstraint(
                name="form_item_in_words_has_no_decimals",
                condition=Q(is_text=False) | Q(decimals=0),
                violation_error_message="文字项目没有小数位数。",
            ),
            models.CheckConstraint(
                name="form_item_bounds_are_in_order",
                condition=Q(low=None) | Q(high=None) | Q(low__lte=F("high")),
                violation_error_message="通常下限不能大于上限。",
            ),
        ]

    def __str__(self):
        return f"{self.key} {self.name}"

    @property
    def kind(self) -> str:
        """What is to be typed, in words."""
        if self.is_text:
            return "文字"
        return f"至多{self.decimals}位小数" if self.decimals else "整数"


class ValidationRule(models.Model):
    """What must hold between the cells of a return, as data. `indicators.rules` reads the expression."""

    PERSONAL = frozenset()

    class Severity(models.TextChoices):
        MUST = "must", "必改"
        EXPLAIN = "explain", "需说明"

    form = models.ForeignKey(StatForm, models.CASCADE, verbose_name="报表", related_name="rules")
    code = models.CharField("编号", max_length=10)
    name = models.CharField("规则", max_length=80)
    severity = models.CharField("要求", max_length=10, choices=Severity)
    expression = models.JSONField("表达式")

    class Meta:
        verbose_name = verbose_name_plural = "审核规则"
        ordering = ["form", "code"]
        constraints = [
            models.UniqueConstraint(
                name="validation_rule_once_per_code",
                fields=["form", "code"],
                violation_error_message="该规则已存在。",
            )
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


class Period(models.Model):
    """One round of returns of one form: a year, or the half, quarter or month of one."""

    PERSONAL = frozenset()

    form = models.ForeignKey(StatForm, models.PROTECT, verbose_name="报表", related_name="periods")
    year = models.PositiveSmallIntegerField("统计年度")
    part = models.PositiveSmallIntegerField(
        "期次", default=1, help_text="季报填 1 至 4，月报填 1 至 12；年报为 1。"
    )
    opens_on = models.DateField("开始填报")
    due_on = models.DateField("截止日期", help_text="含当日。")

    class Meta:
        verbose_name = verbose_name_plural = "填报期"
        ordering = ["-year", "-part"]
        constraints = [
            models.UniqueConstraint(
                name="period_once_per_form",
                fields=["form", "year", "part"],
                violation_error_message="该期填报已经开启。",
            ),
            models.CheckConstraint(
                name="period_is_due_after_it_opens",
                condition=Q(due_on__gte=F("opens_on")),
                violation_error_message="截止日期不能早于开始填报日期。",
            ),
            models.CheckConstraint(
                name="period_is_a_part_of_its_year",
                condition=Q(part__gte=1, part__lte=12),
                violation_error_message="期次应在 1 至 12 之间。",
            ),
        ]

    def __str__(self):
        return f"{self.year}年度" if self.form.frequency == StatForm.Frequency.YEAR else self.span.label

    @property
    def span(self) -> calendar.Period:
        """The days this round is about."""
        codes = {
            StatForm.Frequency.YEAR: f"{self.year}",
            StatForm.Frequency.HALF: f"{self.year}H{self.part}",
            StatForm.Frequency.QUARTER: f"{self.year}Q{self.part}",
            StatForm.Frequency.MONTH: f"{self.year}-{self.part:02d}",
        }
        return calendar.period(codes[self.form.frequency])

    def before(self) -> "Period | None":
        """The round just before, of whichever version of the form."""
        earlier = Q(year__lt=self.year) | Q(year=self.year, part__lt=self.part)
        return Period.objects.filter(earlier, form__code=self.form.code).order_by("-year", "-part").first()
