"""The sheet of a census: prefilled rows out, answers in, through the engine of the registers."""

from collections import defaultdict
from collections.abc import Iterable
from io import BytesIO

from portal.registers import RegisterResource
from portal.roles import Perm
from portal.sheets import as_text, template
from resources.actions import census
from resources.forms.census import CensusRowForm, unit_named, values_for
from resources.models import CensusAnswer, CensusForm, CensusRound, CensusUnit
from resources.queries.census import (
    ASKED,
    ASKED_LATER,
    CHOSEN,
    LISTED,
    details_text,
    text_of,
    topic_names,
    units_for,
)
from resources.rules import read_details

NOTES = (
    "每行一条资源。没有变化的在“作答”选“无变化”；有变化的直接改这一行并选“有变化”。",
    "不再提供的选“已不存在”并写明原因。表中没有的资源在末尾另起一行，普查编号留空，作答选“新增”。",
    "“扩展内容”每行写“名称：内容”；多个人群、主题用顿号分开。",
    "填好后在同一页面上传，先预览，确认后保存为草稿，再在页面上提交核查。",
)


class CensusSheet(RegisterResource):
    columns = {
        "普查编号": "id",
        "单位": "unit",
        "资源编号": "code",
        "资源类型": "kind",
        "作答": "answer",
        "不再提供的原因": "reason",
        "核查意见": "check_note",
        **{header: name for name, header in ASKED.items()},
        "扩展内容": "details_text",
    }
    keys = ("id",)
    optional = ("资源编号", "核查意见", *(ASKED[name] for name in ASKED_LATER))
    free_text = ("扩展内容", "每周开放时间", "优惠")
    lookups = {"kind": ("name", "code"), "topics": ("name", "code")}
    form = CensusRowForm
    samples = {
        "title": "海洋探索馆",
        "answer": "无变化",
        "is_free": "免费",
        "hours_text": "周二至周日 09:00-17:00",
    }

    class Meta(RegisterResource.Meta):
        model = CensusAnswer

    can_be_undone = False  # its rows are drafts, which the unit goes on mending until it hands them in

    @classmethod
    def opened(cls, *, by, where: dict) -> "CensusSheet":
        """The sheet of one round, with the units this person fills in."""
        asked = CensusRound.objects.get(pk=where["round"])
        units = units_for(by, Perm.CENSUS_FILL).filter(round=asked)
        return cls(asked=asked, units=units, by=by)

    def __init__(self, *, asked: CensusRound, units: Iterable[CensusUnit], **kwargs):
        super().__init__(**kwargs)
        self.asked = asked
        self.open_units = [unit for unit in units if unit.may_be_answered]
        self.by_name: dict[str, list[CensusUnit]] = defaultdict(list)
        for unit in self.open_units:
            self.by_name[unit.name].append(unit)
        self.topics = topic_names()
        self._forms: dict[int, CensusForm] = {form.pk: form for form in asked.forms.all()}

    def get_queryset(self):
        mine = CensusAnswer.objects.filter(unit__in=[unit.pk for unit in self.open_units])
        return mine.select_related("form", "resource", "unit__round", "unit__region", "unit__organization")

    def form_kwargs(self, instance) -> dict:
        return {"row": instance, "asked": self.asked, "units": self.by_name}

    # --- Keeping

    def _values(self, instance: CensusAnswer | None, form: CensusForm) -> dict:
        cleaned = dict(self._cleaned)
        if "details_text" in cleaned:
            cleaned["details"] = read_details(form.fields, cleaned["details_text"] or "")
        return values_for(instance, form, cleaned)

    def skip_row(self, instance, original, row, import_validation_errors=None) -> bool:
        if import_validation_errors or instance.pk is None:
            return False
        said = self._cleaned.get("answer", "")
        if said in ("", CensusAnswer.Answer.CONFIRM):
            return said == instance.answer
        if said == CensusAnswer.Answer.GONE:
            return said == instance.answer and self._cleaned["reason"] == instance.reason
        return said == instance.answer and self._values(instance, instance.form) == instance.values

    def do_instance_save(self, instance: CensusAnswer, is_create: bool) -> None:
        cleaned = self._cleaned
        if is_create:
            form = cleaned["kind"]
            unit = unit_named(self.by_name, cleaned.get("unit", ""))
            census.add_row(unit, form=form, values=self._values(None, form), by=self.by)
            return
        census.answer(
            instance,
            answer=cleaned["answer"],
            reason=cleaned.get("reason", ""),
            values=self._values(instance, instance.form),
            by=self.by,
        )

    # --- Shown

    def _cell(self, instance: CensusAnswer, name: str):
        own = {
            "id": lambda: instance.pk,
            "unit": lambda: instance.unit.name,
            "code": lambda: instance.resource.code if instance.resource else "",
            "kind": lambda: instance.form.name,
            "answer": lambda: instance.get_answer_display() if instance.answer else "",
            "details_text": lambda: details_text(instance.values, instance.form),
        }
        if name in own:
            return own[name]()
        if name in ("reason", "check_note"):
            return getattr(instance, name)
        value = instance.values.get(name)
        return value if isinstance(value, int) and name != "is_free" else text_of(name, value, self.topics)

    def _shown_value(self, instance: CensusAnswer, name: str, value) -> str:
        if name == "answer":
            return str(CensusAnswer.Answer(value).label) if value else ""
        if name in LISTED or name in CHOSEN or name == "is_free":
            return text_of(name, value, {})
        if name == "kind" and instance.pk:
            return instance.form.name
        if name in ("unit", "code", "check_note") and instance.pk:
            return self.shown(instance, name)
        return as_text(self._as_cell(name, value))


def workbook(asked: CensusRound, units: Iterable[CensusUnit], *, by) -> tuple[bytes, int]:
    """The rows of these units to fill in, and how many there are."""
    units = list(units)
    sheet = CensusSheet(asked=asked, units=units, by=by)
    rows = (
        CensusAnswer.objects.filter(unit__in=[unit.pk for unit in units])
        .select_related("form", "resource", "unit")
        .order_by("unit__region__path", "unit__name", "unit_id", "form__position", "pk")
    )
    written = [[sheet._cell(row, name) for name in sheet.columns.values()] for row in rows]
    target = BytesIO()
    columns = [_column(column, asked) for column in CensusSheet.template_columns()]
    template(target, "普查表", columns, notes=NOTES, rows=written, rows_to_fill=len(written) + 500)
    return target.getvalue(), len(written)


def _column(column, asked: CensusRound):
    if column.header != "资源类型":
        return column
    return type(column)(
        header=column.header,
        choices=list(asked.forms.values_list("name", flat=True)),
        is_required=True,
        note="新增时从列表中选择。",
    )
