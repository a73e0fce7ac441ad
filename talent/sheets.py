"""The sheet of the talent pool."""

from datetime import date

from portal.registers import RegisterResource
from talent import actions
from talent.forms import PersonForm
from talent.models import Person


class PersonSheet(RegisterResource):
    columns = {
        "姓名": "name",
        "类别": "category",
        "职称层级": "rank",
        "专业领域": "field",
        "所属区域": "region",
        "所属单位": "organization",
        "入库日期": "entered_on",
        "退出日期": "left_on",
        "退出原因": "leaving_reason",
        "资料来源": "source",
    }
    keys = ("name", "category", "region")
    lookups = {"region": ("name", "code"), "organization": ("name", "credit_code")}
    form = PersonForm
    create = staticmethod(actions.create_person)
    change = staticmethod(actions.change_person)
    samples = {"name": "张三", "category": "科技志愿者", "region": "南山区", "entered_on": date(2026, 3, 1)}

    class Meta(RegisterResource.Meta):
        model = Person
