"""The rules by which students earn credit, by version."""

import uuid
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts import User
from portal.organizations import Organization
from portal.regions import Region
from portal.templatetags.portal_tags import cn_date


class Grade(models.IntegerChoices):
    """Compulsory education: primary 1 to 6, junior 7 to 9."""

    ONE = 1, "一年级"
    TWO = 2, "二年级"
    THREE = 3, "三年级"
    FOUR = 4, "四年级"
    FIVE = 5, "五年级"
    SIX = 6, "六年级"
    SEVEN = 7, "七年级"
    EIGHT = 8, "八年级"
    NINE = 9, "九年级"


class RuleSetQuerySet(models.QuerySet):
    def approved(self):
        return self.filter(approved_at__isnull=False)


class CreditRuleSet(models.Model):
    """One version of the credit rules, in force in an area for activities held on or after a day.

    Approved, it is never edited again; nor are its rules: the database refuses.
    """

    PERSONAL = frozenset()

    version = models.PositiveSmallIntegerField("版本", unique=True)
    area = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="适用区域",
        related_name="+",
        help_text="不选为全市；选一个区则该区学校按此版本计分。",
    )
    in_force_from = models.DateField("生效日期")
    basis = models.CharField("依据", max_length=300)
    step = models.DecimalField("计分单位（学分）", max_digits=4, decimal_places=2)
    year_minimum = models.DecimalField("学年最低学分", max_digits=6, decimal_places=2)
    off_campus_minimum = models.DecimalField("其中校外最低学分", max_digits=6, decimal_places=2)
    kinds_minimum = models.PositiveSmallIntegerField("最少类别数")
    stage_target = models.DecimalField("学段目标学分", max_digits=6, decimal_places=2)
    grade_from = models.PositiveSmallIntegerField("起始年级", choices=Grade)
    grade_to = models.PositiveSmallIntegerField("终止年级", choices=Grade)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="起草人", related_name="+", editable=False
    )
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="批准人", related_name="+", editable=False
    )
    approved_at = models.DateTimeField(
        "批准时间", null=True, blank=True, editable=False, help_text="没有批准的是草稿，不用于计分。"
    )

    objects = RuleSetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学分规则版本"
        constraints = [
            models.UniqueConstraint(
                name="credit_rule_set_once_per_area_and_day",
                fields=["area", "in_force_from"],
                condition=Q(approved_at__isnull=False),
                nulls_distinct=False,
                violation_error_message="同一区域同一天已有另一个版本生效。",
            ),
            models.CheckConstraint(
                name="credit_rule_set_step_above_zero",
                condition=Q(step__gt=0),
                violation_error_message="计分单位必须大于 0。",
            ),
            models.CheckConstraint(
                name="credit_rule_set_grades_in_order",
                condition=Q(grade_to__gte=F("grade_from")),
                violation_error_message="终止年级不能低于起始年级。",
            ),
        ]

    def __str__(self):
        return f"第{self.version}版（{cn_date(self.in_force_from)}起）"

    def get_absolute_url(self):
        return reverse("youth_credits:rule_set", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.approved_at is None

    def state_on(self, day: date, *, in_force: "CreditRuleSet | None") -> str:
        """What this version is on a day, beside the one then in force in its area."""
        if self.is_draft:
            return "草稿"
        if self.in_force_from > day:
            return "已批准，尚未生效"
        return "现行" if in_force is not None and in_force.pk == self.pk else "已被新版本取代"


class CreditRule(models.Model):
    """How one kind of activity earns credit under one version of the rules."""

    PERSONAL = frozenset()

    class Family(models.TextChoices):
        IN_SCHOOL = "in_school", "校内"
        OFF_CAMPUS = "off_campus", "校外"

    class Method(models.TextChoices):
        MINUTES = "minutes", "按时长"
        FIXED = "fixed", "按次"
        AWARD = "award", "按获奖等级"
        PANEL = "panel", "按评议"

    class Once(models.TextChoices):
        ALWAYS = "", "不限"
        DAY = "day", "每日一次"
        TERM = "term", "每学期一次"
        COURSE = "course", "同一课程一次"
        HIGHEST = "highest", "同一作品取最高"

    rule_set = models.ForeignKey(CreditRuleSet, models.CASCADE, verbose_name="规则版本", related_name="rules")
    code = models.CharField("类别代码", max_length=4)
    name = models.CharField("类别名称", max_length=40)
    family = models.CharField("校内外", max_length=12, choices=Family)
    method = models.CharField("计分方式", max_length=10, choices=Method)
    credits = models.DecimalField("每单位学分", max_digits=6, decimal_places=2)
    unit_minutes = models.PositiveSmallIntegerField("单位时长（分钟）", null=True, blank=True)
    whole_units = models.BooleanField("只计整单位", default=False)
    least_minutes = models.PositiveSmallIntegerField("最短时长（分钟）", default=0)
    least_per_entry = models.DecimalField(
        "单次最低（学分）", max_digits=6, decimal_places=2, null=True, blank=True
    )
    most_per_entry = models.DecimalField(
        "单次上限（学分）", max_digits=6, decimal_places=2, null=True, blank=True
    )
    cap_per_year = models.DecimalField("学年上限（学分）", max_digits=6, decimal_places=2)
    cap_per_day = models.DecimalField(
        "每日上限（学分）",
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="一名学生一天内这一类最多计多少学分，超出的只计时长；不填为不限。",
    )
    most_per_provider = models.PositiveSmallIntegerField("同一单位学年上限（次）", null=True, blank=True)
    once = models.CharField("重复计分", max_length=10, choices=Once, blank=True)
    awards = models.JSONField("获奖等级学分", default=dict, blank=True)
    needs_certificate = models.BooleanField("须填证书编号", default=False)
    needs_course = models.BooleanField("须为已认定的学分课程", default=False)
    evidence = models.CharField("佐证材料", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "学分规则"
        ordering = ["rule_set", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="credit_rule_once_per_set",
                fields=["rule_set", "code"],
                violation_error_message="该版本已有此类别。",
            ),
            models.CheckConstraint(
                name="credit_rule_by_minutes_has_a_unit",
                condition=~Q(method="minutes") | Q(unit_minutes__gt=0),
                violation_error_message="按时长计分的类别必须填写单位时长。",
            ),
            models.CheckConstraint(
                name="credit_rule_cap_per_day_above_zero",
                condition=Q(cap_per_day=None) | Q(cap_per_day__gt=0),
                violation_error_message="每日上限必须大于 0；不限的不填。",
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"

    @property
    def worth(self) -> str:
        """What an activity of this kind earns, in words."""
        credits = f"{self.credits.normalize():f}"
        match self.method:
            case self.Method.MINUTES:
                return f"每 {self.unit_minutes} 分钟 {credits} 学分"
            case self.Method.FIXED:
                return f"每次 {credits} 学分"
            case self.Method.AWARD:
                return "按获奖等级"
        return f"评议 {self.least_per_entry.normalize():f} 至 {self.most_per_entry.normalize():f} 学分"

    @property
    def needs_competition(self) -> bool:
        """Whether only what is won at a recognised competition counts."""
        return self.method == self.Method.AWARD

    @property
    def limits(self) -> str:
        """What bounds it besides the cap of the year, in words; "" for nothing."""
        said = [self.get_once_display()] if self.once else []
        if self.cap_per_day is not None:
            said.append(f"每日 {self.cap_per_day.normalize():f} 学分{self._hours_of_day}")
        if self.most_per_provider:
            said.append(f"同一单位 {self.most_per_provider} 次")
        if self.least_minutes:
            said.append(f"至少 {self.least_minutes} 分钟")
        return "；".join(said)

    @property
    def _hours_of_day(self) -> str:
        if self.method != self.Method.MINUTES or not self.credits:
            return ""
        minutes = self.cap_per_day * self.unit_minutes / self.credits
        return f"（{minutes.quantize(Decimal(1)):f} 分钟）"


class RuleTrial(models.Model):
    """A dry run: what a version would have changed for an area's schools in a school year. Counts only."""

    PERSONAL = frozenset()

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    rule_set = models.ForeignKey(
        CreditRuleSet, models.CASCADE, verbose_name="规则版本", related_name="trials"
    )
    area = models.ForeignKey(Region, models.PROTECT, verbose_name="试算区域", related_name="+")
    schools = models.ManyToManyField(
        Organization,
        verbose_name="试算学校",
        related_name="+",
        blank=True,
        help_text="不选为区域内全部学校。",
    )
    school_year = models.PositiveSmallIntegerField("学年", help_text="学年开始的年份。")
    result = models.JSONField("结果", default=dict, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, verbose_name="发起人", related_name="+")
    created_at = models.DateTimeField("发起时间", default=timezone.now)
    ended_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "规则试算"

    def __str__(self):
        return f"规则试算 {self.pk}"

    def get_absolute_url(self):
        return reverse("youth_credits:rule_trial", args=[self.uuid])
