"""The shape of what a person typed into a return, a review or a report. A form never saves."""

import json
from collections.abc import Iterable

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from indicators.actions.returns import Typed
from indicators.models import ReturnCell
from indicators.queries.annual import Names
from portal.fields import Words
from portal.identifiers import check_document_number, clean_text
from portal.regions import Region

LONGEST_TEXT, LONGEST_NOTE = 40, 200


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
    """A year's annual report to be begun, of the city or of a district."""

    region = forms.ModelChoiceField(label="报告范围", queryset=Region.objects.none(), empty_label=None)
    year = forms.TypedChoiceField(label="年度", coerce=int)
    corrections = forms.CharField(
        label="更正说明",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="本年度已发布过报告时必填：写明更正了什么。",
    )

    def __init__(self, *args, years: Iterable[int], regions: QuerySet, **options):
        super().__init__(*args, **options)
        self.fields["year"].choices = [(year, f"{year}年") for year in years]
        self.fields["region"].queryset = regions


class PartForm(forms.Form):
    """The words of one part of a report; a figure by a name that gives none is refused."""

    title = Words(label="标题", max_length=40)
    text = Words(
        label="文字",
        max_length=8000,
        required=False,
        lines=12,
        help_text="每行一段，放在本章开头；以“# ”开头的行是小标题。数字写成名称，如 {{项目.KH111}}，"
        "编排时自动取数，与表中一致。",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args, names: Names, **options):
        super().__init__(*args, **options)
        self.names = names

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        faults = self.names.faults(text)
        if faults:
            raise forms.ValidationError(faults[:10])
        return text


class WordsForm(forms.Form):
    """A part of words only, to be added."""

    title = Words(label="标题", max_length=40)


class LetterForm(forms.Form):
    """Number and addressees of the letter that goes with a report. Basis: GB/T 9704-2012."""

    number = Words(label="发文字号", max_length=40, help_text="例如：深科协〔2026〕12号。")
    recipient = Words(
        label="主送机关", max_length=200, help_text="例如：各区科协，市科普工作联席会议各成员单位。"
    )
    copies = Words(label="抄送", max_length=200, required=False)

    def clean_number(self) -> str:
        try:
            return check_document_number(self.cleaned_data["number"])
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from None


class PartRemarkForm(forms.Form):
    """One remark about a part of a report in review, or about one table or chart of it."""

    place = forms.ChoiceField(label="位置", required=False)
    text = Words(label="意见", max_length=300, lines=2)

    def __init__(self, *args, places: Iterable[str], **options):
        super().__init__(*args, **options)
        self.fields["place"].choices = [("", "整章"), *((place, place) for place in places)]


class ReplyForm(forms.Form):
    """What was done about a remark."""

    reply = Words(label="处理结果", max_length=300)
