"""The register sheet of literacy results."""

from indicators.actions import literacy
from indicators.forms.literacy import LiteracyResultForm
from indicators.models import LiteracyResult
from portal.registers import RegisterResource


class LiteracySheet(RegisterResource):
    columns = {
        "调查代码": "survey",
        "地域类别": "area_kind",
        "地域": "area",
        "分组": "group_kind",
        "人群": "group",
        "具备科学素质的比例（%）": "percent",
        "样本量（人）": "sample_size",
        "误差（±百分点）": "margin",
        "排名说明": "rank_note",
        "次序": "position",
    }
    keys = ("survey", "area", "group")
    optional = ("排名说明", "次序")
    lookups = {"survey": ("code",)}
    form = LiteracyResultForm
    create = staticmethod(literacy.create_result)
    change = staticmethod(literacy.change_result)
    samples = {"area_kind": "全国", "area": "全国", "group_kind": "总体", "group": "总体", "percent": 12.93}

    class Meta(RegisterResource.Meta):
        model = LiteracyResult
