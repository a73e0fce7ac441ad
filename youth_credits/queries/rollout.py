"""Whether the credit system is in force for a grade of a school on a day."""

from dataclasses import dataclass
from datetime import date

from portal.organizations import Organization
from portal.templatetags.portal_tags import cn_date
from youth_credits.models import Grade, RollOut


@dataclass(frozen=True)
class Reach:
    """What is in force at one school, read once for many rows."""

    rows: tuple[RollOut, ...]

    @classmethod
    def of(cls, school: Organization) -> "Reach":
        rows = RollOut.objects.of_school(school).select_related("region", "organization")
        return cls(tuple(rows.order_by("starts_on", "grade_from", "pk")))

    def covers(self, grade: int, day: date) -> bool:
        return any(row.covers(grade, day) for row in self.rows)

    def grades_on(self, day: date) -> list[int]:
        return [grade for grade in Grade.values if self.covers(grade, day)]

    def why_not(self, grade: int, day: date) -> tuple[str, str]:
        """What is wrong with a grade on a day, and what to do about it."""
        label = Grade(grade).label
        if not self.rows:
            return "本校尚未纳入学分制实施范围", "实施范围由市科协会同教育部门公布，纳入后再登记"
        later = [row.starts_on for row in self.rows if row.grade_from <= grade <= row.grade_to]
        if later and day < min(later):
            return f"本校{label}自{cn_date(min(later))}起实施学分制", "此前的活动不计学分，请删除此行"
        now = self.grades_on(day)
        if not now:
            return "活动当日学分制未在本校实施", "请核对活动日期"
        first, last = Grade(now[0]).label, Grade(now[-1]).label
        span = first if first == last else f"{first}至{last}"
        return f"{label}不在本校的学分制实施范围", f"当日实施范围为{span}，请删除此行"
