"""The directory as open data: the public fields of every published resource."""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.calendar import local_today
from portal.licences import open_data_licence
from portal.neutral_cells import neutral
from resources.models import Concession, OpeningHours, Resource, ResourceKind, ResourceLink, SpecialDays
from resources.queries.columns import menu_version
from resources.rules import Span, written, written_prices, written_special

PUBLISHER = "深圳市科学技术协会"
FORMATS = {"csv": "text/csv", "json": "application/json"}
CHUNK = 2_000
FEW = 2_000  # resources up to which the file is made anew as soon as the menu changed

# Column of the file → what it holds; the same names as the API's.
COLUMNS = {
    "code": "资源编号，长期不变",
    "title": "名称",
    "kind": "资源类型代码",
    "summary": "一句话介绍",
    "organization": "所属单位",
    "region_code": "所在区域的统计用区划代码；大鹏新区、深汕特别合作区为本平台自编",
    "address": "地址",
    "longitude": "经度（WGS-84）",
    "latitude": "纬度（WGS-84）",
    "is_position_verified": "坐标是否已核实",
    "audiences": "面向人群代码",
    "ages_from": "适合年龄自（岁）",
    "ages_to": "适合年龄至（岁）",
    "topics": "主题代码",
    "dimensions": "科普内容代码",
    "spirits": "科学家精神代码",
    "languages": "语言代码",
    "accessibility": "无障碍与便利设施代码",
    "capacity": "可同时接待（人）",
    "licence": "使用许可代码",
    "details": "类型专有的公开字段：代码、名称、内容；CSV 中写作 JSON",
    "media": "视频与虚拟展示：类别、标题、网址；CSV 中写作 JSON",
    "is_free": "是否免费；空为未核实",
    "cost": "收费说明",
    "booking": "预约方式代码",
    "booking_note": "预约说明",
    "booking_url": "预约网址",
    "opening_hours": "每周开放时间",
    "special_days": "特别安排",
    "holiday_rule": "节假日开放方式代码",
    "concessions": "优惠",
    "public_phone": "公开电话",
    "website": "网址",
    "confirmed_on": "信息核实日期；空为未核实",
    "source": "资料来源",
    "updated_at": "更新时间",
}
# What is no field of the resource itself.
_OTHERWISE = {
    "kind": F("kind__code"),
    "organization": Coalesce(F("organization__name"), Value("")),
    "region_code": F("region__code"),
    "topics": ArrayAgg("topics__code", filter=Q(topics__isnull=False), order_by="topics__code", default=[]),
}
# What hangs on a resource: read for a chunk of resources at once.
_BESIDE = ("media", "opening_hours", "special_days", "concessions")


def directory() -> Iterator[dict]:
    """Every published resource, by its number; values as JSON has them."""
    names = {name: f"{name}_said" if name in _OTHERWISE else name for name in COLUMNS if name not in _BESIDE}
    said = {names[name]: expression for name, expression in _OTHERWISE.items()}
    rows = (
        Resource.objects.published().annotate(**said).order_by("pk").values("pk", "kind_id", *names.values())
    )
    kinds, found = ResourceKind.objects.in_bulk(), rows.iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        beside = _beside([row["pk"] for row in chunk])
        for row in chunk:
            values = {name: _plain(row[key]) for name, key in names.items()}
            values["details"] = kinds[row["kind_id"]].public_details(row["details"])
            values |= {name: texts.get(row["pk"], empty) for name, (texts, empty) in beside.items()}
            yield {name: values[name] for name in COLUMNS}


def _beside(keys: list[int]) -> dict[str, tuple[dict, object]]:
    """What hangs on these resources, by column and resource, and what stands where there is nothing."""
    hours: dict[int, list[Span]] = {}
    lines = OpeningHours.objects.filter(resource__in=keys)
    for key, *line in lines.values_list("resource", "weekday", "opens", "closes", "note"):
        hours.setdefault(key, []).append(Span(*line))
    media: dict[int, list[dict]] = {}
    links = ResourceLink.objects.filter(resource__in=keys).order_by("position", "pk")
    for row in links.values("resource", "kind", "title", "url"):
        media.setdefault(row.pop("resource"), []).append(row)
    special = _as_written(SpecialDays, keys)
    prices = _as_written(Concession, keys)
    groups = dict(Concession.Group.choices)
    return {
        "media": (media, []),
        "opening_hours": ({key: written(spans) for key, spans in hours.items()}, ""),
        "special_days": ({key: written_special(days) for key, days in special.items()}, ""),
        "concessions": ({key: written_prices(each, groups) for key, each in prices.items()}, ""),
    }


def _as_written(model, keys: list[int]) -> dict[int, list]:
    found: dict[int, list] = {}
    for row in model.objects.filter(resource__in=keys):
        found.setdefault(row.resource_id, []).append(row.as_written)
    return found


def _plain(value):
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return float(value) if hasattr(value, "as_tuple") else value


def file_of(kind: str, *, on: date | None = None) -> Path:
    """The day's file, made at night or by the first who asks; that of a small menu is always new."""
    day = on or local_today()
    folder = Path(settings.MEDIA_ROOT) / "open-data"
    mark = f"{day:%Y%m%d}-{settings.OPEN_DATA_LICENCE}"
    if Resource.objects.published().count() <= FEW:
        mark += f"-{menu_version()}"
    path = folder / f"resources-{mark}.{kind}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"resources-*.{kind}"):
            old.unlink(missing_ok=True)
        part = path.with_suffix(f".{timezone.now().timestamp()}.part")
        write = {"csv": write_csv, "json": write_json}[kind]
        write(part, directory())
        part.replace(path)
    return path


def write_csv(path: Path, rows: Iterable[dict]) -> None:
    """UTF-8 with BOM; lists between bars, records as JSON; an apostrophe before what a sheet would run."""
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow([_cell(value) for value in row.values()])


def _cell(value) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return neutral("|".join(value))
    return "" if value is None else neutral(str(value)) if isinstance(value, str) else str(value).lower()


def write_json(path: Path, rows: Iterable[dict]) -> None:
    head = {
        "title": "深圳市科普资源名录",
        "licence": open_data_licence().address,
        "publisher": PUBLISHER,
        "made_at": _now(),
    }
    with path.open("w", encoding="utf-8") as target:
        target.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "resources": [\n')
        for number, row in enumerate(rows):
            target.write((",\n" if number else "") + json.dumps(row, ensure_ascii=False))
        target.write("\n]}\n")


def _now() -> str:
    return timezone.localtime().isoformat(timespec="seconds")


def catalogue(addresses: dict[str, str], page: str) -> dict:
    """The directory as a data catalogue. Basis: W3C DCAT 3, as JSON-LD."""
    last = Resource.objects.published().order_by("-updated_at").values_list("updated_at", flat=True).first()
    modified = timezone.localtime(last or timezone.now()).isoformat(timespec="seconds")
    publisher = {"@type": "foaf:Organization", "foaf:name": PUBLISHER}
    licence = open_data_licence().address
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            "dct:modified": {"@type": "xsd:dateTime"},
            "dct:license": {"@type": "@id"},
            "dcat:downloadURL": {"@type": "@id"},
            "dcat:landingPage": {"@type": "@id"},
        },
        "@type": "dcat:Catalog",
        "@id": page,
        "dct:title": "深圳科普开放数据",
        "dct:publisher": publisher,
        "dct:language": "zh",
        "dct:license": licence,
        "dct:modified": modified,
        "dcat:dataset": [
            {
                "@type": "dcat:Dataset",
                "@id": f"{page}#resources",
                "dct:title": "深圳市科普资源名录",
                "dct:description": "已发布的科普场馆、课程、讲座、教具等资源的公开信息，每天更新。",
                "dct:identifier": "resources",
                "dct:publisher": publisher,
                "dct:license": licence,
                "dct:modified": modified,
                "dct:accrualPeriodicity": "http://purl.org/cld/freq/daily",
                "dct:spatial": "深圳市",
                "dcat:keyword": ["科普", "场馆", "课程", "深圳"],
                "dcat:landingPage": page,
                "dcat:distribution": [
                    {
                        "@type": "dcat:Distribution",
                        "dct:title": f"资源名录（{kind.upper()}）",
                        "dcat:downloadURL": address,
                        "dcat:mediaType": FORMATS[kind],
                        "dct:license": licence,
                    }
                    for kind, address in addresses.items()
                ],
            }
        ],
    }
