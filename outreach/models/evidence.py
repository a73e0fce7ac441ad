"""What is known of an organisation's year: written by upper apps, read by applications and assessments."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.organizations import Organization


class EvidenceItem(models.TextChoices):
    OPEN_DAYS = "open_days", "开放天数（天）"
    VISITORS = "visitors", "接待人次"
    SESSIONS = "sessions", "科普活动场次"
    CREDIT_ACTIVITIES = "credit_activities", "学分活动（项）"
    CREDIT_FRAUD = "credit_fraud", "查实的学分违规（项）"
    INFORMATION_ITEMS = "information_items", "科普信息（条）"


class Evidence(models.Model):
    """One figure of one organisation and calendar year. A year without a row is not known, never 0.

    Keyed by organisation, so that units without a title have figures too.
    """

    PERSONAL = frozenset()

    organization = models.ForeignKey(
        Organization, models.CASCADE, verbose_name="单位", related_name="evidence"
    )
    item = models.CharField("项目", max_length=20, choices=EvidenceItem)
    year = models.PositiveSmallIntegerField("年份")
    value = models.DecimalField("数值", max_digits=12, decimal_places=2, validators=[MinValueValidator(0)])
    link = models.CharField("明细链接", max_length=200, blank=True)
    source = models.CharField("来源", max_length=60)
    counted_at = models.DateTimeField("统计时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "佐证数据"
        constraints = [
            models.UniqueConstraint(
                name="evidence_once_per_organization_item_and_year",
                fields=["organization", "item", "year"],
                violation_error_message="该单位该年度已有此项数据。",
            ),
            models.CheckConstraint(
                name="evidence_is_not_negative",
                condition=Q(value__gte=0),
                violation_error_message="数值不能为负。",
            ),
            models.CheckConstraint(
                name="evidence_link_stays_inside",
                condition=Q(link="") | Q(link__startswith="/") & ~Q(link__startswith="//"),
                violation_error_message="明细链接只能指向本平台。",
            ),
        ]

    def __str__(self):
        return f"{self.organization} {self.year} {self.get_item_display()}"


class EvidenceWanted(models.Model):
    """Somebody waits for an organisation's figures of a year: the next count begins with these."""

    PERSONAL = frozenset()

    organization = models.ForeignKey(Organization, models.CASCADE, verbose_name="单位", related_name="+")
    year = models.PositiveSmallIntegerField("年份")
    asked_at = models.DateTimeField("提出时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "待取数据"
        constraints = [models.UniqueConstraint(name="evidence_wanted_once", fields=["organization", "year"])]

    def __str__(self):
        return f"{self.organization} {self.year}"
