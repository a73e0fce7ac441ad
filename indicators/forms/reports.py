"""The shape of what a person typed into an annual report."""

from collections.abc import Iterable

from django import forms
from django.db.models import QuerySet

from indicators.queries.annual import Names
from portal.fields import Words
from portal.identifiers import check_document_number
from portal.regions import Region


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
