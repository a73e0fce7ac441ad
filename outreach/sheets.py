"""The sheet of titles."""

from datetime import date

from outreach import actions
from outreach.forms.titles import TitleForm
from outreach.models import Title
from portal.registers import RegisterResource


class TitleSheet(RegisterResource):
    columns = {
        "证书编号": "number",
        "单位": "organization",
        "称号": "kind",
        "类别": "category",
        "生效日期": "valid_from",
        "有效期至": "valid_until",
        "撤销日期": "withdrawn_on",
        "撤销原因": "withdrawal_reason",
        "展厅面积（平方米）": "exhibition_area",
        "年开放天数": "open_days",
        "免费或优惠开放": "has_free_entry",
        "资料来源": "source",
    }
    keys = ("number",)
    lookups = {"organization": ("name", "credit_code"), "kind": ("name", "code")}
    form = TitleForm
    create = staticmethod(actions.create_title)
    change = staticmethod(actions.change_title)
    samples = {
        "number": "深科普基〔2022〕1号",
        "valid_from": date(2022, 12, 1),
        "valid_until": date(2027, 12, 31),
    }

    class Meta(RegisterResource.Meta):
        model = Title
