"""Where the city's resources are and are not: counted over places, topics, kinds and groups.

Basis: the plan, 全域协同 (every field, place and person); 科学技术普及法 第二条 (what outreach hands on).
"""

from collections import Counter
from dataclasses import dataclass

from django.db.models import CharField, Count, F, Func, Q, QuerySet
from django.db.models.functions import Substr

from portal.calendar import local_today
from portal.regions import Level, Region, district_code
from resources.models import Audience, Dimension, Resource, Spirit, Topic
from resources.queries.registry import kinds, listed_on

AXES = {"place": "区域", "topic": "主题", "kind": "类型", "audience": "人群"}


class Unnest(Func):
    """Each element of an array, as a row of its own."""

    function = "unnest"
    set_returning = True


@dataclass(frozen=True)
class Scope:
    """What is counted: of a district (12-digit code), a topic, a kind, a group; "" is all of them."""

    district: str = ""
    topic: str = ""
    kind: str = ""
    audience: str = ""

    def resources(self) -> QuerySet[Resource]:
        """The published resources within."""
        found = listed_on(local_today())
        if self.district:
            found = found.annotate(of_district=district_code()).filter(of_district=self.district)
        if self.topic:
            found = found.filter(topics__code=self.topic)
        if self.kind:
            found = found.filter(kind__code=self.kind)
        if self.audience:
            found = found.filter(audiences__contains=[self.audience])
        return found

    def of(self, axis: str) -> dict[str, str]:
        """The values of an axis, code to name, in order. Places are districts, or one's subdistricts."""
        match axis:
            case "place":
                places = Region.objects.districts()
                if self.district:
                    places = Region.objects.filter(
                        parent__code=self.district, level=Level.SUBDISTRICT
                    ).order_by("code")
                return dict(places.values_list("code", "name"))
            case "topic":
                return dict(Topic.objects.filter(is_active=True).values_list("code", "name"))
            case "kind":
                return {kind.code: kind.name for kind in kinds()}
        return dict(Audience.choices)

    def _column(self, axis: str):
        match axis:
            case "place":
                return Substr(F("region__path"), 27, 12) if self.district else district_code()
            case "topic":
                return F("topics__code")
            case "kind":
                return F("kind__code")
        return Unnest(F("audiences"), output_field=CharField())

    def cross(self, rows: str, columns: str) -> Counter[tuple[str, str]]:
        """How many resources lie at each crossing of two axes; one with two topics counts at both."""
        counted = (
            self.resources()
            .annotate(at_row=self._column(rows), at_column=self._column(columns))
            .values("at_row", "at_column")
            .annotate(count=Count("pk", distinct=True))
            .order_by()
        )
        return Counter({(one["at_row"], one["at_column"]): one["count"] for one in counted})

    def balance(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """How many resources hand on each of the four dimensions and of the six values, and how many say
        neither.
        """
        of_dimensions = {
            code: Count("pk", filter=Q(dimensions__contains=[code])) for code in Dimension.values
        }
        of_spirits = {code: Count("pk", filter=Q(spirits__contains=[code])) for code in Spirit.values}
        names = {f"d_{code}": count for code, count in of_dimensions.items()}
        names |= {f"s_{code}": count for code, count in of_spirits.items()}
        silent = {"d_": Count("pk", filter=Q(dimensions=[])), "s_": Count("pk", filter=Q(spirits=[]))}
        found = Resource.objects.filter(pk__in=self.resources().values("pk")).aggregate(**names, **silent)
        return [
            (
                "四个维度",
                [(one.label, found[f"d_{one.value}"]) for one in Dimension] + [("未填", found["d_"])],
            ),
            (
                "科学家精神",
                [(one.label, found[f"s_{one.value}"]) for one in Spirit] + [("未填", found["s_"])],
            ),
        ]
