"""Requests as of right, incidents, and what a digital credential is asked about."""

from collections.abc import Iterable

from django import forms

from portal.calendar import local_today
from portal.identifiers import clean_text
from youth_credits.forms import DATE_INPUT, KeyedForm
from youth_credits.forms.guardians import SignedPaperForm
from youth_credits.models import HoursAward, Incident, RightsRequest

WIDE = {"rows": 4}


class CredentialForm(KeyedForm):
    """The credits as they are, or an award whose hours are reached."""

    what = forms.ChoiceField(label="凭证内容")

    def __init__(self, *args, awards: Iterable[HoursAward], **kwargs):
        super().__init__(*args, **kwargs)
        self.awards = {str(award.pk): award for award in awards}
        self.fields["what"].choices = [
            ("credits", "学分汇总"),
            *((pk, str(award)) for pk, award in self.awards.items()),
        ]

    @property
    def award(self) -> HoursAward | None:
        return self.awards.get(self.cleaned_data["what"])


class RightsForm(KeyedForm):
    kind = forms.ChoiceField(
        label="请求",
        choices=[("", "请选择"), *RightsRequest.Kind.choices],
        help_text="查阅：看平台有哪些信息；复制：取得副本；更正：改正有误的信息；删除：删去姓名、学籍号等身份信息。",
        error_messages={"required": "请选择请求。"},
    )
    statement = forms.CharField(
        label="说明",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs=WIDE),
        help_text="更正或删除的，请写明内容和理由。",
        error_messages={"max_length": "说明最多 1,000 字。"},
    )

    def clean(self) -> dict:
        cleaned = super().clean()
        wants = cleaned.get("kind") in (RightsRequest.Kind.CORRECTION, RightsRequest.Kind.DELETION)
        if wants and not clean_text(cleaned.get("statement", "")):
            self.add_error("statement", "请写明要更正或删除什么，以及理由。")
        return cleaned


class PaperRightsForm(RightsForm, SignedPaperForm):
    field_order = ("key", "on", "signer", "kind", "statement")


class IncidentForm(forms.ModelForm):
    class Meta:
        model = Incident
        fields = (
            "title",
            "happened_on",
            "found_on",
            "heads",
            "description",
            "measures",
            "reported_on",
            "told_on",
        )
        widgets = {
            name: forms.DateInput(attrs=DATE_INPUT)
            for name in ("happened_on", "found_on", "reported_on", "told_on")
        }

    def clean(self) -> dict:
        cleaned = super().clean()
        for name in ("happened_on", "found_on", "reported_on", "told_on"):
            day = cleaned.get(name)
            if day and day > local_today():
                self.add_error(name, "日期不能晚于今天。")
        return cleaned
