"""The sheets of time limits and of periods of keeping, as documents set them."""

from portal.registers import RegisterResource
from youth_credits.actions.limits import change_limit, change_period, create_limit, create_period
from youth_credits.forms.limits import PeriodForm, TimeLimitForm
from youth_credits.models import RetentionRule, TimeLimit


class TimeLimitSheet(RegisterResource):
    columns = {
        "环节": "step",
        "启用日期": "in_force_from",
        "期限（工作日）": "working_days",
        "依据": "basis",
    }
    keys = ("step", "in_force_from")
    form = TimeLimitForm
    create = staticmethod(create_limit)
    change = staticmethod(change_limit)
    samples = {"step": "学校答复申诉", "working_days": 10, "basis": "某办法第几条"}

    class Meta(RegisterResource.Meta):
        model = TimeLimit


class PeriodSheet(RegisterResource):
    columns = {
        "对象": "subject",
        "保存期限（日）": "days",
        "预告期（日）": "notice_days",
        "依据": "basis",
    }
    keys = ("subject",)
    form = PeriodForm
    create = staticmethod(create_period)
    change = staticmethod(change_period)
    samples = {"subject": "查阅申请", "days": 1095, "notice_days": 7, "basis": "某法第几条"}

    class Meta(RegisterResource.Meta):
        model = RetentionRule
