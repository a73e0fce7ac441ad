"""How many working days each step may take: rows with a version, since documents set and change them."""

from django.db import models
from django.db.models import Q


class TimeLimit(models.Model):
    """So many working days for one step, for what begins on or after a day."""

    PERSONAL = frozenset()

    class Step(models.TextChoices):
        APPEAL = "appeal", "公示后申诉"
        ANSWER = "answer", "学校答复申诉"
        ESCALATION = "escalation", "不服学校答复，提请区教育局处理"
        DECISION = "decision", "区教育局作出决定"
        RIGHTS = "rights", "答复个人信息权利请求"
        ACCESS = "access", "查阅批准后的有效期"

    step = models.CharField("环节", max_length=12, choices=Step)
    working_days = models.PositiveSmallIntegerField("期限（工作日）")
    in_force_from = models.DateField("启用日期")
    basis = models.CharField("依据", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "办理期限"
        ordering = ["step", "-in_force_from"]
        constraints = [
            models.UniqueConstraint(
                name="time_limit_once_per_step_and_day",
                fields=["step", "in_force_from"],
                violation_error_message="该环节在此日期已有期限。",
            ),
            models.CheckConstraint(
                name="time_limit_from_1_to_250_days",
                condition=Q(working_days__gte=1, working_days__lte=250),
                violation_error_message="期限应为 1 至 250 个工作日。",
            ),
        ]

    def __str__(self):
        return f"{self.get_step_display()}：{self.working_days} 个工作日"
