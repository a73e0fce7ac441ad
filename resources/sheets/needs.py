"""The sheets of needs and bookings: out only, and without who asked."""

from portal.registers import RegisterResource
from resources.models import Booking, Need


class NeedSheet(RegisterResource):
    columns = {
        "需求编号": "pk",
        "想要什么": "title",
        "主题": "topics",
        "所属项目": "programme",
        "给谁": "audience",
        "年龄自（岁）": "ages_from",
        "年龄至（岁）": "ages_to",
        "人数": "head_count",
        "所属区域": "region",
        "最早哪天": "starts_on",
        "最晚哪天": "ends_on",
        "多久一次": "repeats",
        "提出方": "asker",
        "状态": "status",
        "提出时间": "created_at",
        "受理时间": "accepted_at",
        "结束时间": "ended_at",
    }

    class Meta(RegisterResource.Meta):
        model = Need


class BookingSheet(RegisterResource):
    columns = {
        "预约编号": "pk",
        "资源": "resource",
        "所属单位": "organization",
        "所属区域": "region",
        "开始时间": "starts_at",
        "结束时间": "ends_at",
        "人数": "head_count",
        "状态": "status",
        "应答复日期": "answer_by",
        "转区科协时间": "escalated_at",
        "到场人次": "attendance",
        "评分": "rating",
    }
    lookups = {"resource": ("title",)}

    class Meta(RegisterResource.Meta):
        model = Booking
