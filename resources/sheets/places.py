"""The sheet of the places to start from: the association loads the metro's stations with it."""

from portal.registers import RegisterResource
from resources.actions.places import change_place, create_place
from resources.forms.places import StartingPlaceForm
from resources.models import StartingPlace


class StartingPlaceSheet(RegisterResource):
    columns = {
        "名称": "name",
        "类别": "kind",
        "别名": "aliases",
        "所在区或街道": "region",
        "经度": "longitude",
        "纬度": "latitude",
        "坐标来源": "source",
        "启用": "is_active",
    }
    keys = ("name",)
    lookups = {"region": ("name", "code")}
    form = StartingPlaceForm
    create = staticmethod(create_place)
    change = staticmethod(change_place)
    samples = {"name": "示例站", "kind": "地铁站", "region": "南山区", "is_active": True}

    class Meta(RegisterResource.Meta):
        model = StartingPlace
