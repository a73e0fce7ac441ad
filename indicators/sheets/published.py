"""The register sheets of published figures."""

from indicators.actions import published
from indicators.forms.published import DenominatorForm, NationalSeriesForm
from indicators.models import Denominator, NationalSeries
from portal.registers import RegisterResource


class DenominatorSheet(RegisterResource):
    columns = {
        "项目": "kind",
        "区域": "region",
        "年份": "year",
        "数值（人）": "value",
        "来源": "source",
        "已核实": "is_verified",
    }
    keys = ("kind", "region", "year")
    optional = ("已核实",)
    lookups = {"region": ("name", "code")}
    form = DenominatorForm
    create = staticmethod(published.create_denominator)
    change = staticmethod(published.change_denominator)
    samples = {
        "kind": "常住人口",
        "region": "南山区",
        "year": 2025,
        "value": 1795826,
        "source": "某某公报（2026年4月）",
    }

    class Meta(RegisterResource.Meta):
        model = Denominator


class NationalSheet(RegisterResource):
    columns = {
        "项目代码": "item",
        "年份": "year",
        "数值": "value",
        "公布增速（%）": "growth_percent",
        "公布占比（%）": "share_percent",
        "推算": "is_derived",
        "来源": "source",
        "备注": "note",
    }
    keys = ("item", "year")
    optional = ("公布增速（%）", "公布占比（%）", "推算", "备注")
    form = NationalSeriesForm
    create = staticmethod(published.create_national)
    change = staticmethod(published.change_national)
    samples = {"item": "venues", "year": 2025, "value": 2200, "source": "全国科普统计调查公布数"}

    class Meta(RegisterResource.Meta):
        model = NationalSeries
