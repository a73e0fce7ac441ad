"""The sheet of events; dates are entered on the event's page."""

from events import actions
from events.forms import EventRowForm
from events.models import Event
from portal.registers import RegisterResource


class EventSheet(RegisterResource):
    columns = {
        "活动名称": "title",
        "活动类别": "kind",
        "主办单位": "organization",
        "所属区域": "region",
        "举办场馆": "resource",
        "地点": "place",
        "活动介绍": "summary",
        "适合人群": "audiences",
        "免费": "is_free",
        "收费说明": "fee_note",
        "需要报名": "needs_sign_up",
        "每次报名最多人数": "largest_party",
        "咨询电话（公开）": "public_phone",
    }
    keys = ("title", "organization")
    lookups = {
        "organization": ("name", "credit_code"),
        "region": ("name", "code"),
        "resource": ("title", "code"),
    }
    form = EventRowForm
    create = staticmethod(actions.create_event)
    change = staticmethod(actions.change_event)
    samples = {
        "title": "海洋科学讲座",
        "kind": "科普讲座",
        "region": "南山区",
        "place": "市民中心一号厅",
        "largest_party": 5,
    }

    class Meta(RegisterResource.Meta):
        model = Event
