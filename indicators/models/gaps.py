"""Which indicators show whether a shortcoming that the plan names is shrinking."""

from django.db import models


class GapIndicator(models.Model):
    """One indicator beside one gap of a plan. The code outlives the editions in which it stands."""

    PERSONAL = frozenset()

    gap = models.ForeignKey("outreach.Gap", models.CASCADE, verbose_name="差距", related_name="+")
    indicator = models.CharField("指标代码", max_length=30)

    class Meta:
        verbose_name = verbose_name_plural = "差距与指标"
        constraints = [
            models.UniqueConstraint(
                name="gap_indicator_once",
                fields=["gap", "indicator"],
                violation_error_message="该指标已对应这项差距。",
            ),
            models.CheckConstraint(
                name="gap_indicator_is_named",
                condition=~models.Q(indicator=""),
                violation_error_message="请选择指标。",
            ),
        ]

    def __str__(self):
        return f"{self.gap_id} {self.indicator}"
