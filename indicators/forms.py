"""The shape of what a person typed into a return, a review or a report. A form never saves."""

import json
from collections.abc import Iterable

from django import forms
from django.http import QueryDict

from indicators.actions.returns import Typed
from indicators.models import LiteracyResult, LiteracySurvey, ReturnCell
from portal.fields import Words
from portal.identifiers import clean_text
from portal.regions import Region

LONGEST_TEXT, LONGEST_NOTE = 40, 200
NO_SUCH_DISTRICT = "没有这个区，请写区的全称，如“南山区”。"


def typed_cells(data: QueryDict, keys: Iterable[str]) -> dict[str, Typed]:
    """What was typed into each cell of the grid, and what its page had shown there.

    Where somebody else was faster, the choice "mine" stands on the newer state, "theirs" leaves the cell.
    """
    found = {}
    for key in keys:
        choice = data.get(f"r-{key}", "")
        if f"v-{key}" not in data or choice == "theirs":
            continue
        seen = _seen(data.get(f"c-{key}" if choice == "mine" else f"s-{key}", ""))
        found[key] = Typed(
            text=clean_text(data[f"v-{key}"])[:LONGEST_TEXT],
            note=clean_text(data.get(f"n-{key}", seen[2]))[:LONGEST_NOTE],
            seen_version=seen[0],
            seen_text=seen[1],
            seen_note=seen[2],
        )
    return found


def _seen(text: str) -> tuple[int, str, str]:
    """Version, text and note that the page had shown; an unreadable one is older than everything."""
    try:
        version, shown, note = json.loads(text)
        return int(version), str(shown), str(note)
    except (ValueError, TypeError, RecursionError):
        return -1, "", ""


def seen(cell: ReturnCell) -> str:
    """What the page carries along of a cell as it shows it."""
    return json.dumps([cell.version, cell.text, cell.note], ensure_ascii=False)


class RemarkForm(forms.Form):
    """One sentence about one cell."""

    key = forms.CharField(max_length=10, widget=forms.HiddenInput)
    text = forms.CharField(label="意见", max_length=200)


class PeriodForm(forms.Form):
    """A year's round to be opened."""

    year = forms.IntegerField(label="统计年度", min_value=2018, max_value=2100)
    opens_on = forms.DateField(label="开始填报", widget=forms.DateInput(attrs={"type": "date"}))
    due_on = forms.DateField(
        label="截止日期", widget=forms.DateInput(attrs={"type": "date"}), help_text="含当日。"
    )

    def clean(self):
        data = super().clean()
        if data.get("opens_on") and data.get("due_on") and data["due_on"] < data["opens_on"]:
            self.add_error("due_on", "截止日期不能早于开始填报日期。")
        return data


class ReportForm(forms.Form):
    """A year's annual report to be made."""

    year = forms.TypedChoiceField(label="年度", coerce=int)
    corrections = forms.CharField(
        label="更正说明",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="本年度已发布过报告时必填：写明更正了什么。",
    )

    def __init__(self, *args, years: Iterable[int], **options):
        super().__init__(*args, **options)
        self.fields["year"].choices = [(year, f"{year}年") for year in years]


class SaveTableForm(forms.Form):
    """A table's name, and whether everybody sees it; the question itself comes from the address."""

    name = Words(label="名称", max_length=30)
    is_shared = forms.BooleanField(label="公开，列入常用表", required=False)

    def __init__(self, *args, may_share: bool, **options):
        super().__init__(*args, **options)
        if not may_share:
            del self.fields["is_shared"]


class LiteracySurveyForm(forms.ModelForm):
    """A survey as its publication describes it."""

    class Meta:
        model = LiteracySurvey
        fields = ("code", "year", "name", "organiser", "population", "method", "source", "note", "is_sample")


class LiteracyResultForm(forms.ModelForm):
    """One share that a survey found; its region follows from the place."""

    position = forms.IntegerField(label="次序", required=False, min_value=0, max_value=999)

    class Meta:
        model = LiteracyResult
        fields = ("survey", "area_kind", "area", "group_kind", "group", "percent", "sample_size", "margin")
        fields += ("rank_note", "position")

    def clean_position(self):
        return self.cleaned_data["position"] or 0

    def clean(self):
        data = super().clean()
        is_district = data.get("area_kind") == LiteracyResult.Area.DISTRICT
        if is_district and not Region.objects.districts().filter(name=data.get("area", "")).exists():
            self.add_error("area", NO_SUCH_DISTRICT)
        return data
