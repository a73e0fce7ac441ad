"""Places to start from when looking for what is near: metro stations and the like, as rows."""

from django.db import models
from django.db.models import Q

from portal.regions import Region
from resources.models.registry import new_code


class StartingPlace(models.Model):
    """A named point that people know; nothing is offered there."""

    PERSONAL = frozenset()

    class Kind(models.TextChoices):
        METRO = "metro", "地铁站"
        HUB = "hub", "交通枢纽"
        LANDMARK = "landmark", "地标"

    code = models.CharField("编号", max_length=12, unique=True, default=new_code, editable=False)
    name = models.CharField("名称", max_length=60, unique=True)
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.METRO)
    aliases = models.CharField("别名", max_length=120, blank=True, help_text="俗称、曾用名，用顿号分开。")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="所在区或街道", related_name="+")
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=5, help_text="WGS-84，如 22.54300")
    longitude = models.DecimalField("经度", max_digits=8, decimal_places=5, help_text="WGS-84，如 114.05700")
    source = models.CharField("坐标来源", max_length=200, help_text="如“现场测量”“天地图”，注明日期。")
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "出发地点"
        constraints = [
            models.CheckConstraint(
                name="starting_place_within_shenzhen",
                condition=Q(latitude__range=("22.39", "23.15"), longitude__range=("113.70", "115.45")),
                violation_error_message="坐标不在深圳市范围内，请核对经度（113.70–115.45）和纬度（22.39–23.15）。",
            ),
            models.CheckConstraint(
                name="starting_place_has_a_name_and_a_source",
                condition=~Q(name="") & ~Q(source=""),
                violation_error_message="请填写名称，并写明坐标从哪里来。",
            ),
        ]

    def __str__(self):
        return self.name
