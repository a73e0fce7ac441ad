"""The sheet of recognised competitions, as a published list has them."""

from datetime import date

from portal.registers import RegisterResource
from youth_credits.actions.competitions import change_competition, create_competition
from youth_credits.forms.competitions import CompetitionForm
from youth_credits.models import Competition


class CompetitionSheet(RegisterResource):
    columns = {
        "竞赛名称": "name",
        "有效期自": "valid_from",
        "有效期至": "valid_until",
        "所在清单": "listing",
        "主办单位": "organizer",
        "其他名称": "aliases",
        "依据": "basis",
    }
    keys = ("name", "valid_from")
    optional = ("主办单位", "其他名称")
    form = CompetitionForm
    create = staticmethod(create_competition)
    change = staticmethod(change_competition)
    samples = {
        "name": "某某科技竞赛",
        "valid_from": date(2025, 9, 1),
        "valid_until": date(2028, 8, 31),
        "listing": "全国性竞赛白名单",
        "basis": "某年某号通知",
    }

    class Meta(RegisterResource.Meta):
        model = Competition
