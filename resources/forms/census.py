"""What people type in a census: the round, one resource's form by its kind, one row of the sheet."""

import itertools

from django import forms
from django.core.exceptions import ValidationError

from portal.fields import Words
from portal.organizations import Organization
from resources.forms.fields import EXTRA, OrganizationField
from resources.forms.registry import ResourceForm, ResourceRules
from resources.models import CensusAnswer, CensusForm, CensusRound, CensusUnit, ResourceKind, Topic
from resources.queries.census import ASKED, DETAILS, asked_of, blank_values, changed_names
from resources.rules import read_details

DAYS = (
    ("opens_on", "单位填报开始"),
    ("due_on", "单位填报截止"),
    ("check_due_on", "区级核查截止"),
    ("closes_on", "计划关闭"),
)
USUAL_UNITS = [
    code
    for code in Organization.Kind.values
    if code not in (Organization.Kind.SCHOOL, Organization.Kind.SUBDISTRICT_OFFICE)
]


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class RoundForm(forms.Form):
    title = Words(label="普查名称", max_length=60, help_text="如“2026年深圳市科普资源普查”。")
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    opens_on, due_on, check_due_on, closes_on = (_day(label) for _, label in DAYS)
    kinds = forms.ModelMultipleChoiceField(
        ResourceKind.objects.current(),
        label="普查哪些资源类型",
        widget=forms.CheckboxSelectMultiple,
        help_text="每类各有一张表；开启时按现行版本固定，以后改动类型不影响本次普查。",
    )
    unit_kinds = forms.MultipleChoiceField(
        label="普查哪些单位",
        choices=Organization.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=USUAL_UNITS,
        help_text="开启时把登记在用的这些单位列为应填单位；没有登记单位的资源由所在区填报。",
    )
    guide = Words(
        label="填报说明", max_length=500, required=False, lines=3, help_text="显示在单位的填报页上。"
    )

    def __init__(self, *args, asked: CensusRound | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if asked is not None and asked.status != CensusRound.Status.DRAFT:
            for name in ("year", "kinds", "unit_kinds"):
                del self.fields[name]

    def clean(self) -> dict:
        data = super().clean()
        for (first, _), (second, label) in itertools.pairwise(DAYS):
            if data.get(first) and data.get(second) and data[second] < data[first]:
                self.add_error(second, f"“{label}”不能早于“{dict(DAYS)[first]}”。")
        return data


def round_initial(asked: CensusRound) -> dict:
    kinds = ResourceKind.objects.current().filter(code__in=asked.forms.values("code"))
    names = ("title", "year", "unit_kinds", "guide", *(name for name, _ in DAYS))
    return {name: getattr(asked, name) for name in names} | {"kinds": [kind.pk for kind in kinds]}


class JoinForm(forms.Form):
    organization = OrganizationField(
        label="补入单位", max_length=120, help_text="填写全称或统一社会信用代码。"
    )


class CloseForm(forms.Form):
    reason = Words(
        label="未核查完即关闭的理由",
        max_length=300,
        required=False,
        lines=2,
        help_text="没有等待核查的单位时不用填。",
    )


class AnswerForm(ResourceForm):
    """One resource as a unit describes it, by the form of its kind in the round."""

    def __init__(self, *args, form: CensusForm, **kwargs):
        super().__init__(*args, kind=form, is_new=True, **kwargs)
        asked = asked_of(form)
        for name in list(self.fields):
            if name not in asked and not name.startswith(EXTRA):
                del self.fields[name]

    @property
    def values(self) -> dict:
        """What the actions take, after the form was found valid."""
        return typed_values(self.cleaned_data, self.kind) | {DETAILS: self.cleaned_data["details"]}


def typed_values(cleaned: dict, form: CensusForm) -> dict:
    """What was typed, as a census keeps it: plain JSON, of the names that this kind is asked."""
    values = {name: cleaned[name] for name in asked_of(form) if name in cleaned}
    if "topics" in values:
        values["topics"] = [topic.code for topic in values["topics"]]
    if DETAILS in cleaned:
        values[DETAILS] = cleaned[DETAILS]
    return values


def initial_of_values(values: dict, form: CensusForm) -> dict:
    """What the page's form shows of a row before anything is typed."""
    initial = {name: values.get(name) for name in asked_of(form)}
    initial["topics"] = list(
        Topic.objects.filter(code__in=values.get("topics", [])).values_list("pk", flat=True)
    )
    initial["is_free"] = {True: "1", False: "0", None: ""}[values.get("is_free")]
    for declared in form.fields:
        value = values.get(DETAILS, {}).get(declared["code"])
        initial[EXTRA + declared["code"]] = ("是" if value else "否") if isinstance(value, bool) else value
    return initial


class CensusRowForm(ResourceRules, forms.Form):
    """One row of a census sheet. Without a number it adds a resource to one of `units`."""

    id = forms.IntegerField(label="普查编号", required=False, help_text="不要改动；新增的资源留空。")
    unit = Words(label="单位", max_length=120, required=False, help_text="新增时填写，与表中的单位名称一致。")
    code = Words(label="资源编号", max_length=12, required=False, help_text="不用填写。")
    kind = forms.ModelChoiceField(CensusForm.objects.none(), label="资源类型")
    answer = forms.ChoiceField(
        label="作答",
        choices=[choice for choice in CensusAnswer.Answer.choices if choice[0]],
        required=False,
        help_text="内容没有变化的选“无变化”，改了内容的选“有变化”。",
    )
    reason = Words(label="不再提供的原因", max_length=200, required=False, help_text="答“已不存在”时必填。")
    check_note = Words(label="核查意见", max_length=300, required=False, help_text="不用填写。")
    details_text = ResourceForm.base_fields["details_text"]

    def __init__(
        self, *args, row: CensusAnswer | None = None, asked: CensusRound, units: dict[str, list], **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.row, self.units = row, units
        self.fields["kind"].queryset = CensusForm.objects.filter(round=asked)

    def clean_id(self) -> int | None:
        number = self.cleaned_data["id"]
        if number and self.row is None:
            raise ValidationError("没有这一行，或现在不能由您填报；新增的资源请把编号留空。")
        return number

    def clean(self) -> dict:
        data = super().clean()
        self._check_pairs(data)
        form = self.row.form if self.row else data.get("kind")
        if form is None:
            return data
        if "details_text" in data:
            self._read_details(data, form)
        if self.row:
            self._check_known(data)
        else:
            self._check_new(data)
        return data

    def _read_details(self, data: dict, form: CensusForm) -> None:
        try:
            data[DETAILS] = read_details(form.fields, data["details_text"] or "")
        except ValueError as fault:
            self.add_error("details_text", str(fault))

    def _check_known(self, data: dict) -> None:
        if self.row.is_new:
            data["answer"] = CensusAnswer.Answer.ADD
            return
        values = self.row.before | typed_values(data, self.row.form)
        is_changed = bool(changed_names(self.row.before, values)) and not self.errors
        said = data.get("answer", "")
        if said == CensusAnswer.Answer.ADD:
            self.add_error("answer", "已登记的资源不能答“新增”。")
        elif said == CensusAnswer.Answer.CONFIRM and is_changed:
            self.add_error("answer", "内容有改动，请选“有变化”，或把内容改回原样。")
        elif said == CensusAnswer.Answer.GONE and not data.get("reason"):
            self.add_error("reason", "请写明不再提供的原因。")
        elif not said and is_changed:
            data["answer"] = CensusAnswer.Answer.CHANGE

    def _check_new(self, data: dict) -> None:
        if data.get("answer") not in ("", None, CensusAnswer.Answer.ADD):
            self.add_error("answer", "没有普查编号的行是新增，请选“新增”或留空。")
        data["answer"] = CensusAnswer.Answer.ADD
        if self.chosen_unit(data.get("unit", "")) is None:
            self.add_error("unit", "请填写表中的一个单位名称；该单位现在应可以填报。")

    def chosen_unit(self, name: str) -> CensusUnit | None:
        return unit_named(self.units, name)


def unit_named(units: dict[str, list], name: str) -> CensusUnit | None:
    """The unit of this name; the only one there is where no name is said."""
    if not name and len(units) == 1:
        name = next(iter(units))
    found = units.get(name, [])
    return found[0] if len(found) == 1 else None


for _name in ASKED:
    CensusRowForm.base_fields[_name] = ResourceForm.base_fields[_name]


def values_for(row: CensusAnswer | None, form: CensusForm, cleaned: dict) -> dict:
    """The whole content of a row after a sheet: columns that are not there change nothing."""
    base = row.values if row else blank_values(form)
    return base | typed_values(cleaned, form)
