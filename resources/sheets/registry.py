"""The sheet of the resource register."""

from datetime import date

from portal.registers import RegisterResource
from resources import actions
from resources.forms.registry import ResourceRowForm
from resources.models import Accessibility, Audience, Dimension, Language, Resource, Spirit
from resources.rules import read_details


def keep_new(*, by, code: str, kind, details_text: str, **fields) -> Resource:
    return actions.create(by=by, kind=kind, details=read_details(kind.fields, details_text), **fields)


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

    class Meta(RegisterResource.Meta):
        model = Resource

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
