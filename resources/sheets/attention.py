"""The sheet of attention figures."""

from datetime import date

from portal.registers import RegisterResource
from resources.actions.contracts import change_attention, enter_attention
from resources.forms.contracts import AttentionForm
from resources.models import WorkAttention


class AttentionSheet(RegisterResource):
    """A figure is known by its resource, source and period; the same again corrects it."""

    columns = {
        "科普资源": "resource",
        "统计起始": "starts_on",
        "统计截止": "ends_on",
        "浏览量（次）": "views",
        "转发量（次）": "shares",
        "数据来源": "source",
        "来源网址": "link",
    }
    keys = ("resource", "source", "starts_on", "ends_on")
    lookups = {"resource": ("code", "title")}
    form = AttentionForm
    create = staticmethod(enter_attention)
    change = staticmethod(change_attention)
    samples = {
        "resource": "abcd2345",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 3, 31),
        "views": 1200,
        "shares": 35,
        "source": "深圳科普微信公众号后台",
    }

    class Meta(RegisterResource.Meta):
        model = WorkAttention
