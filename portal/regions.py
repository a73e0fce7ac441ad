"""The region hierarchy: municipality, districts, subdistricts, communities.

The parent link is the hierarchy. The digits of a code are not: 大鹏新区 and 深汕特别合作区 report as
districts of their own while their subdistricts carry codes of 龙岗区 and of 海丰县.
"""

import csv
from pathlib import Path

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Substr

DATA = Path(__file__).parent / "data"


class Level(models.IntegerChoices):
    MUNICIPALITY = 1, "市"
    DISTRICT = 2, "区"
    SUBDISTRICT = 3, "街道（镇）"
    COMMUNITY = 4, "社区（村）"


class RegionQuerySet(models.QuerySet):
    def within(self, region: "Region"):
        """The region itself and everything under it."""
        return self.filter(path__startswith=region.path)

    def districts(self):
        """The reporting districts, in the order of their codes."""
        return self.filter(level=Level.DISTRICT).order_by("code")

    def inhabited(self):
        """Without the zones that exist for statistics only: what a person may choose."""
        return self.exclude(kind__in=["statistical_zone", "virtual_community"])

    def city(self) -> "Region":
        """The municipality. Raises Region.DoesNotExist before the regions are loaded."""
        return self.get(level=Level.MUNICIPALITY)


class Region(models.Model):
    """One administrative region. `path` holds the codes from the root down, each with a slash."""

    PERSONAL = frozenset()

    code = models.CharField("区划代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    level = models.PositiveSmallIntegerField("层级", choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="上级区域", related_name="children"
    )
    path = models.CharField("路径", max_length=60, unique=True, editable=False)
    pinyin = models.CharField("拼音", max_length=120, blank=True)
    kind = models.CharField("类别", max_length=30, blank=True)
    is_official = models.BooleanField(
        "国家统计代码", default=True, help_text="大鹏新区、深汕特别合作区的代码为本平台自编，不得对外报送。"
    )

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "区域"
        indexes = [
            models.Index(fields=["path"], name="region_by_path", opclasses=["text_pattern_ops"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="region_only_the_municipality_has_no_parent",
                condition=Q(level=Level.MUNICIPALITY, parent=None)
                | Q(level__gt=Level.MUNICIPALITY, parent__isnull=False),
                violation_error_message="除市级外，每个区域都必须有上级区域。",
            ),
            models.CheckConstraint(
                name="region_path_ends_with_code",
                condition=Q(path__endswith=Concat(F("code"), Value("/"))),
                violation_error_message="区域路径与区划代码不一致。",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def lineage(self) -> list[str]:
        """Codes from the municipality down to this region itself."""
        return self.path.rstrip("/").split("/")

    @property
    def district_code(self) -> str | None:
        """Code of the reporting district this region is or lies in; None for the city."""
        return self.lineage[1] if len(self.lineage) > 1 else None


class RegionChange(models.Model):
    """A code that was added, removed or renamed between two editions of the national code list."""

    PERSONAL = frozenset()

    code = models.CharField("区划代码", max_length=12)
    edition_from = models.PositiveSmallIntegerField("旧版年份")
    edition_to = models.PositiveSmallIntegerField("新版年份")
    change = models.CharField(
        "变化", max_length=10, choices=[("added", "新增"), ("removed", "撤销"), ("renamed", "更名")]
    )
    old_name = models.CharField("旧名称", max_length=60, blank=True)
    new_name = models.CharField("新名称", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "区划变更"
        constraints = [
            models.UniqueConstraint(
                name="region_change_once_per_code_and_edition", fields=["code", "edition_to", "change"]
            )
        ]

    def __str__(self):
        return f"{self.code} {self.get_change_display()}"


def district_code(field: str = "region") -> Substr:
    """For queries: code of the reporting district in which the row's `field` lies; "" for the city."""
    return place_code(Level.DISTRICT, field)


def place_code(level: Level, field: str = "region") -> Substr:
    """For queries: code of the district or subdistrict in which the row's `field` lies; "" if higher."""
    return Substr(F(f"{field}__path"), code_starts(level), 12)


def code_starts(level: Level) -> int:
    """Where in a path, counted from 1, the code of a level begins: twelve digits and a slash each."""
    return {Level.DISTRICT: 14, Level.SUBDISTRICT: 27}[level]


LEVELS = {
    "city": Level.MUNICIPALITY,
    "district": Level.DISTRICT,
    "subdistrict": Level.SUBDISTRICT,
    "community": Level.COMMUNITY,
}


def load(file: Path = DATA / "regions.csv", changes: Path = DATA / "region_changes.csv") -> int:
    """Load or refresh the regions of the city from a file; returns how many the file has.

    Basis: 国家统计局统计用区划代码（2023年版）.
    """
    with file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    paths: dict[str, str] = {}
    for level in LEVELS:
        known = dict(Region.objects.values_list("code", "pk"))
        batch = []
        for row in rows:
            if row["level"] != level:
                continue
            paths[row["code"]] = f"{paths.get(row['parent_code'], '')}{row['code']}/"
            batch.append(
                Region(
                    code=row["code"],
                    name=row["name"],
                    level=LEVELS[level],
                    parent_id=known.get(row["parent_code"]),
                    path=paths[row["code"]],
                    pinyin=row["pinyin"],
                    kind=row["kind"],
                    is_official=row["official"] == "1",
                )
            )
        Region.objects.bulk_create(
            batch,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "level", "parent", "path", "pinyin", "kind", "is_official"],
        )
    with changes.open(encoding="utf-8", newline="") as source:
        RegionChange.objects.bulk_create(
            [RegionChange(**row) for row in csv.DictReader(source)], ignore_conflicts=True
        )
    return len(rows)
