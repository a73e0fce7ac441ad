"""Schemes of accreditation as data: who may apply for what, by which form, with which gates and points.

A form is a version: another year's form is another row, and applications keep the one they began with.
"""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from outreach import scoring
from outreach.models.titles import TitleKind


class Scheme(models.Model):
    """What one kind of round grants, and how it goes."""

    PERSONAL = frozenset()

    class Applicant(models.TextChoices):
        UNIT = "unit", "单位"
        DISTRICT = "district", "区科协"

    code = models.CharField("代码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=80)
    level = models.CharField("级别", max_length=10, choices=TitleKind.Level)
    applicant = models.CharField("申报主体", max_length=10, choices=Applicant, default=Applicant.UNIT)
    has_district_step = models.BooleanField("须经区级推荐", default=True)
    has_categories = models.BooleanField("分类申报", default=True)
    panel_size = models.PositiveSmallIntegerField("评委人数", default=5)
    spread_limit = models.DecimalField(
        "分差上限（分）", max_digits=5, decimal_places=2, default=20, help_text="超过时须合议复评。"
    )
    spread_flag = models.DecimalField(
        "分差提示线（分）",
        max_digits=5,
        decimal_places=2,
        default=15,
        help_text="超过时提示工作人员，并指出与其他评委相差最大的评分。",
    )
    score_days = models.PositiveSmallIntegerField("评分期限（工作日）", default=10)
    late_score_days = models.PositiveSmallIntegerField("补抽和复评期限（工作日）", default=5)
    notice_days = models.PositiveSmallIntegerField("公示期（工作日）", default=5)
    answer_days = models.PositiveSmallIntegerField("异议答复期限（工作日）", default=15)
    provisional_months = models.PositiveSmallIntegerField(
        "暂定期（月）",
        default=0,
        help_text="首次授予的称号先为暂定，考核合格或经确认后转正；0 为不设。",
    )
    batch_ends_on = models.DateField(
        "批次终止日", null=True, blank=True, help_text="填写后，不论何年命名，称号均至此日。"
    )
    basis = models.CharField("依据", max_length=300)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "认定方案"
        constraints = [
            models.CheckConstraint(
                name="scheme_panel_is_odd_and_at_least_five",
                condition=Q(panel_size__in=[5, 7, 9, 11, 13, 15]),
                violation_error_message="评委应为不少于 5 人的单数，最多 15 人。",
            ),
            models.CheckConstraint(
                name="scheme_notice_lasts_a_day_at_least",
                condition=Q(notice_days__gte=1, answer_days__gte=1),
                violation_error_message="公示期和答复期限至少 1 个工作日。",
            ),
            models.CheckConstraint(
                name="scheme_flags_before_it_forces",
                condition=Q(spread_flag__gte=0, spread_flag__lte=F("spread_limit")),
                violation_error_message="分差提示线不能高于分差上限。",
            ),
            models.CheckConstraint(
                name="scheme_scoring_lasts_a_day_at_least",
                condition=Q(score_days__gte=1, late_score_days__gte=1),
                violation_error_message="评分、补抽和复评期限至少 1 个工作日。",
            ),
            models.CheckConstraint(
                name="scheme_provisional_for_three_years_at_most",
                condition=Q(provisional_months__lte=36),
                violation_error_message="暂定期最多 36 个月。",
            ),
        ]

    def __str__(self):
        return self.name


class ScoreForm(models.Model):
    """One version of a scheme's form: thresholds by category, levels, the rule for ties, the visit's list."""

    PERSONAL = frozenset()

    scheme = models.ForeignKey(Scheme, models.PROTECT, verbose_name="认定方案", related_name="forms")
    version = models.PositiveSmallIntegerField("版本")
    name = models.CharField("名称", max_length=80)
    in_force_from = models.DateField("启用日期")
    thresholds = models.JSONField("分类门槛", default=dict, help_text="类别 → {数据项: 数值}")
    grades = models.JSONField("等级与称号", default=list)
    tie_breakers = ArrayField(
        models.CharField(max_length=10), verbose_name="同分次序", default=list, help_text="依次比较的评分项。"
    )
    visit_items = models.JSONField("现场核查清单", default=list)
    most_bonus = models.DecimalField("加分上限", max_digits=5, decimal_places=2, default=0)
    assessment = models.JSONField("年度考核表", default=dict)
    basis = models.CharField("依据", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "评分表"
        constraints = [
            models.UniqueConstraint(name="score_form_version_once_per_scheme", fields=["scheme", "version"])
        ]

    def __str__(self):
        return f"{self.name}（第 {self.version} 版）"

    def threshold(self, category: str) -> dict[str, Decimal]:
        """The least a category asks for, by fact."""
        return {fact: Decimal(str(value)) for fact, value in self.thresholds.get(category, {}).items()}

    @property
    def levels(self) -> list[scoring.Grade]:
        return [
            scoring.Grade(
                code=row["code"],
                name=row["name"],
                title=row["title"],
                at_least=Decimal(str(row["at_least"])),
                lines={code: Decimal(str(points)) for code, points in row.get("lines", {}).items()},
                facts=tuple(row.get("facts", ())),
                is_second=row.get("is_second", False),
            )
            for row in self.grades
        ]


class Gate(models.Model):
    """Something without which nobody is admitted. `facts` are compared by the portal, the rest by people."""

    PERSONAL = frozenset()

    form = models.ForeignKey(ScoreForm, models.CASCADE, verbose_name="评分表", related_name="gates")
    code = models.CharField("代码", max_length=20)
    position = models.PositiveSmallIntegerField("次序")
    name = models.CharField("条件", max_length=120)
    facts = ArrayField(
        models.CharField(max_length=30),
        verbose_name="自动比对的数据项",
        default=list,
        blank=True,
        help_text="与分类门槛比对；不填由人工判断。",
    )
    needs_file = models.BooleanField("须附证明", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "准入条件"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(name="gate_once_per_form", fields=["form", "code"])]

    def __str__(self):
        return self.name


class Criterion(models.Model):
    """One line of the form that gives points: from a ladder, a range of half points, or a formula."""

    PERSONAL = frozenset()

    class How(models.TextChoices):
        LADDER = scoring.LADDER, "分档"
        RANGE = scoring.RANGE, "区间（0.5 分一档）"
        FORMULA = scoring.FORMULA, "公式"

    form = models.ForeignKey(ScoreForm, models.CASCADE, verbose_name="评分表", related_name="criteria")
    code = models.CharField("代码", max_length=10)
    position = models.PositiveSmallIntegerField("次序")
    group = models.CharField("一级指标", max_length=40)
    name = models.CharField("评分项", max_length=120)
    points = models.DecimalField(
        "满分", max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal("0.5"))]
    )
    how = models.CharField("评分方式", max_length=10, choices=How)
    ladder = ArrayField(
        models.DecimalField(max_digits=5, decimal_places=2), verbose_name="分档", default=list, blank=True
    )
    parts = models.JSONField("公式", default=list, blank=True)
    guide = models.CharField("评分说明", max_length=400, blank=True)
    evidence = models.CharField("佐证材料", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "评分项"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(name="criterion_once_per_form", fields=["form", "code"]),
            models.CheckConstraint(
                name="criterion_has_what_its_way_of_scoring_asks",
                condition=Q(how="ladder", ladder__len__gte=2)
                | Q(how="range", ladder__len=0)
                | Q(how="formula") & ~Q(parts=[]),
                violation_error_message="分档项须有分档，公式项须有公式。",
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"

    def plain(self, *, thresholds=None, peers=None) -> scoring.Criterion:
        """The line as arithmetic sees it; formulas need the category's thresholds and the round's cases."""
        return scoring.Criterion(
            code=self.code,
            name=self.name,
            points=self.points,
            how=self.how,
            ladder=tuple(self.ladder),
            parts=tuple(
                scoring.Part(
                    fact=part["fact"],
                    points=Decimal(str(part["points"])),
                    full=scoring.full_value(part, thresholds=thresholds or {}, peers=peers or {}),
                )
                for part in self.parts
            ),
        )


class ExtraRule(models.Model):
    """What adds points or takes them, each time it is found."""

    PERSONAL = frozenset()

    form = models.ForeignKey(ScoreForm, models.CASCADE, verbose_name="评分表", related_name="extras")
    code = models.CharField("代码", max_length=20)
    name = models.CharField("事项", max_length=120)
    is_deduction = models.BooleanField("扣分", default=False)
    points = models.DecimalField("每次分值", max_digits=5, decimal_places=2)
    most = models.DecimalField("该项上限", max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "加减分项"
        ordering = ["is_deduction", "pk"]
        constraints = [
            models.UniqueConstraint(name="extra_rule_once_per_form", fields=["form", "code"]),
            models.CheckConstraint(
                name="extra_rule_has_points",
                condition=Q(points__gt=0) & (Q(most=None) | Q(most__gte=F("points"))),
                violation_error_message="分值必须大于 0，上限不能低于每次分值。",
            ),
        ]

    def __str__(self):
        return self.name
