"""The shape of what a person typed into a return, its rounds and its form."""

import json
from collections.abc import Iterable

from django import forms
from django.http import QueryDict

from indicators.actions.returns import Typed
from indicators.models import (
    YEARLY_FORM,
    ReturnCell,
    Settlement,
    StatForm,
)
from portal.fields import Words
from portal.identifiers import clean_text
from portal.sheets import SHEET_LIMITS

LONGEST_TEXT, LONGEST_NOTE = 200, 200


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


class SettleForm(forms.Form):
    """Which of two figures stands, and why."""

    key = forms.CharField(max_length=10, widget=forms.HiddenInput)
    choice = forms.ChoiceField(label="核定", choices=Settlement.Choice)
    note = Words(label="理由", max_length=300)


class ExtendForm(forms.Form):
    """Until when one reporter has time, and why."""

    to = forms.DateField(label="延期至", widget=forms.DateInput(attrs={"type": "date"}), help_text="含当日。")
    reason = Words(label="理由", max_length=300)


class PeriodForm(forms.Form):
    """A round to be opened."""

    form = forms.ModelChoiceField(label="报表", queryset=StatForm.objects.none(), empty_label=None)
    year = forms.IntegerField(label="统计年度", min_value=2018, max_value=2100)
    part = forms.IntegerField(
        label="期次",
        min_value=1,
        max_value=12,
        initial=1,
        required=False,
        help_text="年报不填；半年报填 1 或 2，季报填 1 至 4，月报填月份。",
    )
    opens_on = forms.DateField(label="开始填报", widget=forms.DateInput(attrs={"type": "date"}))
    due_on = forms.DateField(
        label="截止日期", widget=forms.DateInput(attrs={"type": "date"}), help_text="含当日。"
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        published = StatForm.objects.exclude(valid_from=None)
        newest = published.order_by("code", "-version").distinct("code").values("pk")
        chosen = StatForm.objects.filter(pk__in=newest).order_by("name", "pk")
        self.fields["form"].queryset = chosen
        self.fields["form"].label_from_instance = lambda form: form.name
        self.fields["form"].initial = chosen.filter(code=YEARLY_FORM).first() or chosen.first()

    def clean(self):
        data = super().clean()
        data["part"] = data.get("part") or 1
        if data.get("form") and data.get("opens_on"):
            # The version is not chosen: it is the one in force on the opening day.
            found = StatForm.objects.in_force(data["form"].code, data["opens_on"])
            if found is None:
                self.add_error("opens_on", "这一天还没有启用的版本，请改开始填报的日期。")
            else:
                data["form"] = found
        if data.get("opens_on") and data.get("due_on") and data["due_on"] < data["opens_on"]:
            self.add_error("due_on", "截止日期不能早于开始填报日期。")
        return data


def number(text: str) -> int:
    """A key that came with a form; 0, which nothing has, for what is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


class PasteForm(forms.Form):
    """A block copied from a spreadsheet: code and figure in each line, or figures alone from one item on."""

    block = forms.CharField(  # tabs part the columns: not cleaned as other text is
        label="粘贴内容",
        max_length=40_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="每行一项：代码和数，用制表符、逗号或空格隔开；也可只粘贴一列数，从“起始项目”依次往下填。",
    )
    start = forms.ChoiceField(label="起始项目", required=False)

    def __init__(self, *args, items: Iterable, **options):
        super().__init__(*args, **options)
        self.fields["start"].choices = [(item.key, str(item)) for item in items]


class SheetForm(forms.Form):
    """A workbook of this return, filled elsewhere."""

    sheet = forms.FileField(label="填好的工作簿", help_text=SHEET_LIMITS.sentence)


class FormSheetForm(forms.Form):
    """A workbook of a form's next version."""

    sheet = forms.FileField(
        label="新版工作簿", help_text=f"先下载现行版本，在其上修改。{SHEET_LIMITS.sentence}"
    )
    basis = Words(
        label="依据", max_length=200, required=False, help_text="改版所据的文件；不填则与上一版相同。"
    )


class PublishFormForm(forms.Form):
    """From which day on a form's version is the one in force."""

    valid_from = forms.DateField(
        label="启用日期",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="这一天起开始填报的用新版；以前各期仍按原版。",
    )
