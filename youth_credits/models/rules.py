"""The rules by which students earn credit, by version."""

from django.db import models
from django.db.models import F, Q


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


class CreditRuleSet(models.Model):
    """One version of the credit rules, in force for activities held on or after a day."""

    PERSONAL = frozenset()

    version = models.PositiveSmallIntegerField("版本", unique=True)
    in_force_from = models.DateField("生效日期", unique=True)
    basis = models.CharField("依据", max_length=300)
    step = models.DecimalField("计分单位（学分）", max_digits=4, decimal_places=2)
    year_minimum = models.DecimalField("学年最低学分", max_digits=6, decimal_places=2)
    off_campus_minimum = models.DecimalField("其中校外最低学分", max_digits=6, decimal_places=2)
    kinds_minimum = models.PositiveSmallIntegerField("最少类别数")
    stage_target = models.DecimalField("学段目标学分", max_digits=6, decimal_places=2)
    grade_from = models.PositiveSmallIntegerField("起始年级", choices=Grade)
    grade_to = models.PositiveSmallIntegerField("终止年级", choices=Grade)

    class Meta:
        verbose_name = verbose_name_plural = "学分规则版本"
        constraints = [
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
        return f"第{self.version}版（{self.in_force_from:%Y-%m-%d}起）"


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
        ]

    def __str__(self):
        return f"{self.code} {self.name}"
