"""From which of the portal's figures a target of the plan takes what was reached."""

from django.db import models


class TargetFigure(models.Model):
    """The figure of one target. What it comes to in a year is written into the plan by the night."""

    PERSONAL = frozenset()

    class Figure(models.TextChoices):
        LITERACY = "literacy", "公民科学素质调查的全市比例"
        BASES = "bases", "年末有效的市级科普称号"
        EVENTS = "events", "全年科普活动场次"
        CONTESTANTS = "contestants", "全年科普竞赛参加人次"

    INDEX = "index:"  # before the code of an indicator: its published value for the city

    target = models.OneToOneField(
        "outreach.Target", models.CASCADE, verbose_name="规划目标", related_name="+"
    )
    figure = models.CharField("取数", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "规划目标取数"
        constraints = [
            models.CheckConstraint(
                name="target_figure_is_known",
                condition=models.Q(figure__in=["literacy", "bases", "events", "contestants"])
                | models.Q(figure__startswith="index:"),
                violation_error_message="请选择平台能统计的数据。",
            )
        ]

    def __str__(self):
        return f"{self.target_id} {self.figure}"
