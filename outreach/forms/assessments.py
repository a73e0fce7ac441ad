"""A year of a title, and what becomes of it, as typed."""

from django import forms

from outreach.models import Assessment, PanelMember
from portal.calendar import local_today
from portal.fields import RecordByName
from portal.identifiers import clean_text
from portal.organizations import Organization

_DAY = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class YearForm(forms.Form):
    """Which year is opened, and until when units report."""

    year = forms.IntegerField(label="考核年度", min_value=2018, max_value=2100)
    due_on = forms.DateField(label="自评截止", **_DAY)


class ReportForm(forms.Form):
    """A unit's self-report: a figure for each item, words, and whether it asks for money."""

    self_report = forms.CharField(
        label="自评说明", max_length=3000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    asks_funding = forms.BooleanField(label="申请经费资助", required=False)
    funding_purpose = forms.CharField(label="经费用途", max_length=300, required=False)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, assessment, counted: dict, **kwargs):
        super().__init__(data, **kwargs)
        self.items = assessment.items
        for item in reversed(self.items):
            least = counted.get(item["fact"])
            field = forms.CharField(
                label=item["name"],
                max_length=12,
                required=False,
                initial=assessment.values.get(item["fact"], ""),
                help_text=f"平台已统计 {least}，不能少于此数。" if least else "",
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )
            self.fields = {f"value-{item['fact']}": field, **self.fields}

    def clean(self):
        typed = super().clean()
        if typed.get("asks_funding") and not typed.get("funding_purpose"):
            self.add_error("funding_purpose", "申请经费须写明用途。")
        return typed

    @property
    def told(self) -> dict:
        """What the action is given."""
        data = self.cleaned_data
        names = ("self_report", "asks_funding", "funding_purpose", "seen")
        values = {item["fact"]: data.get(f"value-{item['fact']}", "") for item in self.items}
        return {"values": values, **{name: data[name] for name in names}}


class OutcomeForm(forms.Form):
    """What a year was worth, on whose check."""

    outcome = forms.ChoiceField(
        label="结论",
        choices=[("passed", "合格"), ("rectify", "限期整改"), ("failed", "不合格")],
        widget=forms.RadioSelect,
    )
    checked_by = forms.ModelChoiceField(
        label="核查专家", queryset=PanelMember.objects.none(), required=False, empty_label="未指定"
    )
    rectify_until = forms.DateField(label="整改期限", required=False, help_text="限期整改时填写。", **_DAY)
    note = forms.CharField(label="核查意见", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["checked_by"]
        field.queryset = PanelMember.objects.filter(is_active=True).select_related("user").order_by("pk")
        field.label_from_instance = lambda member: member.user.name

    def clean_note(self):
        return clean_text(self.cleaned_data["note"], multiline=True)


class CheckForm(forms.Form):
    """What an expert says of a year."""

    advice = forms.ChoiceField(label="建议", choices=Assessment.Advice.choices, widget=forms.RadioSelect)
    opinion = forms.CharField(
        label="核查意见",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="写明核对了哪些数据和材料、是否属实。",
    )


class RectifyForm(forms.Form):
    """How what was wrong was put right, with proof."""

    text = forms.CharField(label="整改情况", max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
    proof = forms.FileField(
        label="证明材料", help_text="整改前后的照片、报告等，PDF、Word、Excel、PPT 或图片，不超过 20 MB。"
    )


class ConfirmForm(forms.Form):
    """Why a provisional title becomes a full one."""

    word = forms.CharField(label="转为正式的依据", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class TransferForm(forms.Form):
    """The body that a title's holder became."""

    present = RecordByName(
        label="现单位",
        queryset=Organization.objects.active().order_by("name", "pk"),
        by="name",
        help_text="单位登记中的全称；更名的先登记新单位。",
    )
    on = forms.DateField(label="变更日期", **_DAY)
    reason = forms.CharField(label="变更原因", max_length=300)


class RevokeForm(forms.Form):
    """Why a title is revoked, until when its holder may not apply, what is to be paid back."""

    on = forms.DateField(label="撤销日期", initial=local_today, **_DAY)
    reason = forms.CharField(label="撤销原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    banned_until = forms.DateField(
        label="禁止申报至", required=False, help_text="含当日；不填为不禁止。", **_DAY
    )
    claw_back_yuan = forms.DecimalField(
        label="应追回资金（元）", required=False, min_value=0, max_digits=12, decimal_places=2
    )


class RepayForm(forms.Form):
    amount_yuan = forms.DecimalField(label="本次追回（元）", min_value=0, max_digits=12, decimal_places=2)
