"""The sheet of the talent pool."""

from datetime import date

from portal.registers import RegisterResource
from portal.templatetags.portal_tags import cn_date
from talent import actions
from talent.forms import PersonRowForm
from talent.models import Person

MOST_TOLD = 3


class PersonSheet(RegisterResource):
    """Somebody is known by their code alone: namesakes are two people until somebody says otherwise."""

    columns = {
        "人才编号": "code",
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
    keys = ("code",)
    lookups = {"region": ("name", "code"), "organization": ("name", "credit_code")}
    form = PersonRowForm
    create = staticmethod(actions.create_person)
    change = staticmethod(actions.change_person)
    samples = {"name": "张三", "category": "科技志愿者", "region": "南山区", "entered_on": date(2026, 3, 1)}

    class Meta(RegisterResource.Meta):
        model = Person

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._entered: dict[str, list[int]] = {}  # names of new rows of this sheet, with their lines
        self._namesakes: dict[str, list[Person]] | None = None

    def hints(self, cleaned: dict, line: int) -> list[str]:
        """Who of the same name is there already, or stands further up in the sheet."""
        if self._namesakes is None:
            self._namesakes = {}
            for person in self.get_queryset().select_related("region", "organization").order_by("pk"):
                self._namesakes.setdefault(person.name, []).append(person)
        name = cleaned.get("name", "")
        above = self._entered.setdefault(name, [])
        known = self._namesakes.get(name, [])
        found = [_told(person) for person in known[:MOST_TOLD]]
        if len(known) > MOST_TOLD:
            found.append(f"还有 {len(known) - MOST_TOLD} 名同名人员，请在登记中按姓名查找。")
        found += [f"本表第 {other} 行也是“{name}”。如是同一人，请删去一行。" for other in above]
        above.append(line)
        return found


def _told(person: Person) -> str:
    place = person.organization or person.region.name
    what = f"{person.get_category_display()}，{place}，{cn_date(person.entered_on)}入库"
    return f"已有同名人员 {person.code}（{what}）。如是同一人，请在“人才编号”填 {person.code}。"
