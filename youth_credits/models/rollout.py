"""Where and for whom the credit system is in force, and from when."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from portal.accounts import Scoped, ScopedQuerySet
from portal.templatetags.portal_tags import cn_date
from youth_credits.models.rules import Grade


class RollOutQuerySet(ScopedQuerySet):
    def of_school(self, school):
        """What is written down for a school, its district or the whole city."""
        path = school.region.path
        above = [path[: end + 1] for end, letter in enumerate(path) if letter == "/"]
        return self.filter(region__path__in=above).filter(Q(organization=None) | Q(organization=school))


class RollOut(Scoped):
    """Some grades of a district, or of one school, are in from a day on. What no row names is out."""

    PERSONAL = frozenset()

    grade_from = models.PositiveSmallIntegerField("起始年级", choices=Grade)
    grade_to = models.PositiveSmallIntegerField("终止年级", choices=Grade)
    starts_on = models.DateField("开始实施日期")
    ends_on = models.DateField("停止实施日期", null=True, blank=True, help_text="不含当日；不填为长期。")
    basis = models.CharField("依据", max_length=300)

    objects = RollOutQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学分制实施范围"
        constraints = [
            models.CheckConstraint(
                name="roll_out_grades_in_order",
                condition=Q(grade_to__gte=F("grade_from"), grade_from__gte=1, grade_to__lte=9),
                violation_error_message="终止年级不能低于起始年级，且应在一至九年级之间。",
            ),
            models.CheckConstraint(
                name="roll_out_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                violation_error_message="停止实施日期必须晚于开始实施日期。",
            ),
            models.UniqueConstraint(
                name="roll_out_once_per_place_grade_and_day",
                fields=["region", "organization", "grade_from", "starts_on"],
                nulls_distinct=False,
                violation_error_message="该区域（学校）自此日起已有这一年级段，请修改原有的一条。",
            ),
        ]

    def __str__(self):
        return f"{self.organization or self.region} {self.grades}（{cn_date(self.starts_on)}起）"

    @property
    def grades(self) -> str:
        first, last = Grade(self.grade_from).label, Grade(self.grade_to).label
        return first if first == last else f"{first}至{last}"

    def covers(self, grade: int, day: date) -> bool:
        begun = self.starts_on <= day and (self.ends_on is None or day < self.ends_on)
        return begun and self.grade_from <= grade <= self.grade_to
