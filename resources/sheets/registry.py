"""The sheet of the resource register."""

from datetime import date

from django.db.models import Q

from portal.accounts import may
from portal.organizations import Organization
from portal.registers import RegisterResource
from portal.roles import Perm
from resources import actions
from resources.forms.registry import ResourceRowForm
from resources.models import Accessibility, Audience, Dimension, Language, Likeness, Resource, Spirit
from resources.queries.likeness import group_of
from resources.rules import plain_name, read_details


def keep_new(*, by, code: str, kind, details_text: str, **fields) -> Resource:
    return actions.create(by=by, kind=kind, details=read_details(kind.fields, details_text), **fields)


def keep_many(rows: list[dict], *, by) -> list[Resource]:
    """New rows of a sheet, all at once."""
    made = []
    for row in rows:
        fields = {name: value for name, value in row.items() if name not in ("code", "details_text")}
        made.append(fields | {"details": read_details(row["kind"].fields, row.get("details_text", ""))})
    return actions.create_many(made, by=by, note="表格导入")


def keep_changes(resource: Resource, *, by, code: str, kind, details_text: str, **fields) -> Resource:
    details = read_details(kind.fields, details_text)
    return actions.edit(resource, by=by, kind=kind, details=details, note="表格导入", **fields)


CHOICES = {
    "audiences": Audience,
    "dimensions": Dimension,
    "spirits": Spirit,
    "languages": Language,
    "accessibility": Accessibility,
}


class ResourceSheet(RegisterResource):
    columns = {
        "资源编号": "code",
        "名称": "title",
        "别名": "aliases",
        "资源类型": "kind",
        "一句话介绍": "summary",
        "详细介绍": "description",
        "临时公告": "public_notice",
        "面向人群": "audiences",
        "适合年龄自（岁）": "ages_from",
        "适合年龄至（岁）": "ages_to",
        "科普主题": "topics",
        "科普内容": "dimensions",
        "科学家精神": "spirits",
        "语言": "languages",
        "无障碍与便利设施": "accessibility",
        "可同时接待（人）": "capacity",
        "扩展内容": "details_text",
        "所属区域": "region",
        "所属单位": "organization",
        "地址": "address",
        "经度": "longitude",
        "纬度": "latitude",
        "坐标来源": "position_source",
        "坐标已核实": "is_position_verified",
        "每周开放时间": "hours_text",
        "特别安排": "special_text",
        "节假日": "holiday_rule",
        "开放说明": "hours_note",
        "收费情况": "is_free",
        "收费说明": "cost",
        "优惠": "prices_text",
        "预约方式": "booking",
        "预约说明": "booking_note",
        "预约网址": "booking_url",
        "公开电话": "public_phone",
        "网址": "website",
        "使用许可": "licence",
        "信息核实日期": "confirmed_on",
        "资料来源": "source",
        "来源说明": "source_note",
    }
    keys = ("code",)
    # Sheets made before these columns came stay readable.
    optional = (
        "科学家精神",
        "语言",
        "无障碍与便利设施",
        "可同时接待（人）",
        "使用许可",
        "特别安排",
        "节假日",
        "优惠",
    )
    free_text = ("详细介绍", "扩展内容", "每周开放时间", "特别安排", "优惠")
    lookups = {"kind": ("name", "code"), "region": ("name", "code"), "topics": ("name", "code")}
    form = ResourceRowForm
    create = staticmethod(keep_new)
    change = staticmethod(keep_changes)
    create_many = staticmethod(keep_many)
    samples = {
        "title": "海洋探索馆",
        "kind": "科普场馆",
        "summary": "看得见的深海",
        "audiences": "未成年人、社会公众",
        "topics": "地球与海洋",
        "region": "盐田区",
        "hours_text": "周二至周日 09:00-17:00",
        "is_free": "免费",
        "booking": "无需预约",
        "confirmed_on": date(2026, 3, 1),
    }

    looks_at_sets = True

    def remove(self, rows) -> None:
        actions.take_back(rows)

    def before_import(self, dataset, **kwargs) -> None:
        """One look-up for all organisations and one for all codes that the sheet names."""
        super().before_import(dataset, **kwargs)
        codes = {str(row.get("资源编号") or "").strip() for row in dataset.dict} - {""}
        self.codes = frozenset(Resource.objects.filter(code__in=codes).values_list("code", flat=True))
        names = {str(row.get("所属单位") or "").strip() for row in dataset.dict} - {""}
        found: dict[str, list[Organization]] = {}
        rows = Organization.objects.active().select_related("region")
        for row in rows.filter(Q(name__in=names) | Q(credit_code__in=names)):
            for text in {row.name, row.credit_code} & names:
                found.setdefault(text, []).append(row)
        self.units = {text: rows[0] for text, rows in found.items() if len(rows) == 1}

    def form_kwargs(self, instance) -> dict:
        return {"units": getattr(self, "units", None), "codes": getattr(self, "codes", None)}

    def objection(self, instance, values: dict) -> str:
        """What `create` and `edit` would refuse."""
        region, unit = values.get("region"), values.get("organization")
        key = (
            region and region.pk,
            unit and unit.pk,
            instance and (instance.region_id, instance.organization_id),
        )
        if key not in self._allowed:
            asked = Resource(region=region or unit.region, organization=unit)
            places = [asked] if instance is None else [instance, asked]
            self._allowed[key] = all(may(self.by, Perm.RESOURCE_EDIT, place) for place in places)
        if not self._allowed[key]:
            return "您没有在此处新增或修改的权限。"
        if instance is not None and instance.is_public and not values.get("audiences", instance.audiences):
            return "已发布的资源必须写明面向人群。"
        return ""

    def remarks(self, fresh) -> list[str]:
        """New rows whose names the register has already, or that stand twice in the sheet."""
        lines: dict[tuple[str, str], list[int]] = {}
        for line, values in fresh:
            lines.setdefault((group_of(values["kind"]), plain_name(values["title"])), []).append(line)
        known = set(
            Likeness.objects.filter(name_key__in={name for _, name in lines}).values_list("group", "name_key")
        )
        alike = sorted(
            line for key, found in lines.items() if key in known or len(found) > 1 for line in found
        )
        if not alike:
            return []
        shown = "、".join(str(line) for line in alike[:10]) + (" 等" if len(alike) > 10 else "")
        return [f"有 {len(alike)} 行可能与已有资源或其他行重复（第 {shown}行），请核对。"]

    class Meta(RegisterResource.Meta):
        model = Resource

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._allowed: dict[tuple, bool] = {}

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .select_related("kind", "region", "organization")
            .prefetch_related("topics", "hours", "special_days", "concessions")
        )

    def _shown_value(self, instance, name, value) -> str:
        choices = CHOICES.get(name)
        if choices:
            return "、".join(str(choice.label) for choice in choices if choice in value)
        if name == "is_free":
            return Resource(is_free=value).get_is_free_display()
        return super()._shown_value(instance, name, value)
