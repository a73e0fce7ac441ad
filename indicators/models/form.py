"""The statistics form: its items and rules are rows, a version per change; a period is one year's round."""

from django.db import models
from django.db.models import F, Q


class StatForm(models.Model):
    """One version of a statistics form. A new year's changes are a new version."""

    PERSONAL = frozenset()

    code = models.CharField("代码", max_length=20)
    version = models.PositiveSmallIntegerField("版本")
    name = models.CharField("名称", max_length=60)
    basis = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "统计报表"
        constraints = [
            models.UniqueConstraint(
                name="stat_form_once_per_code_and_version",
                fields=["code", "version"],
                violation_error_message="该报表已有同一版本。",
            )
        ]

    def __str__(self):
        return f"{self.name}（第{self.version}版）"


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
    unit = models.CharField("计量单位", max_length=10)
    decimals = models.PositiveSmallIntegerField("小数位数", default=0)
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
            )
        ]

    def __str__(self):
        return f"{self.key} {self.name}"


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
    """One year's round of returns."""

    PERSONAL = frozenset()

    form = models.ForeignKey(StatForm, models.PROTECT, verbose_name="报表", related_name="periods")
    year = models.PositiveSmallIntegerField("统计年度", unique=True)
    opens_on = models.DateField("开始填报")
    due_on = models.DateField("截止日期", help_text="含当日。")

    class Meta:
        verbose_name = verbose_name_plural = "填报期"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                name="period_is_due_after_it_opens",
                condition=Q(due_on__gte=F("opens_on")),
                violation_error_message="截止日期不能早于开始填报日期。",
            )
        ]

    def __str__(self):
        return f"{self.year}年度"
