"""Budget lines, entries, targets and gifts as typed."""

import uuid
from decimal import Decimal

from django import forms

from outreach.forms.plan import DAY
from outreach.models import BudgetLine, Donation, FundTarget, ResearchSpending
from portal.files import UploadField
from portal.organizations import Organization

_YUAN = {"max_digits": 14, "decimal_places": 2, "min_value": Decimal("0.01")}


class BodyField(forms.CharField):
    """A body by its whole name, among those that `bodies` lets choose."""

    def __init__(self, *, bodies=None, **options):
        super().__init__(max_length=120, help_text="填写登记的单位全称。", **options)
        self.bodies = bodies

    def clean(self, value) -> Organization:
        name = super().clean(value)
        found = list(self.bodies.select_related("region").filter(name=name).order_by("pk")[:2])
        if len(found) != 1:
            raise forms.ValidationError("没有找到您可以办理的这家单位，请按登记的全称填写。")
        return found[0]


class LineForm(forms.ModelForm):
    """A body's budget for a duty in a year."""

    body = BodyField(label="单位")
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = BudgetLine
        fields = ("year", "duty", "name", "amount_yuan")

    field_order = ["body", "year", "duty", "name", "amount_yuan", "key"]

    def __init__(self, *args, bodies, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["body"]
        else:
            self.fields["body"].bodies = bodies
            self.fields["key"].initial = uuid.uuid4()

    def line(self) -> BudgetLine:
        line = self.save(commit=False)
        if not line.pk:
            line.organization = self.cleaned_data["body"]
            line.key = self.cleaned_data["key"] or line.key
        return line


class EntryForm(forms.Form):
    amount_yuan = forms.DecimalField(label="金额（元）", **_YUAN)
    entered_on = forms.DateField(label="日期", **DAY)
    purpose = forms.CharField(label="用途", max_length=200)
    voucher = forms.CharField(label="文号或凭证号", max_length=60, required=False)
    upload = UploadField(label="凭证（扫描件）", required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)


class PaymentForm(EntryForm):
    payee = forms.CharField(label="收款方", max_length=120)

    field_order = ["payee", "amount_yuan", "entered_on", "purpose", "voucher", "upload", "key"]


class CancelForm(forms.Form):
    reason = forms.CharField(label="冲销原因", max_length=200)


class FundTargetForm(forms.ModelForm):
    class Meta:
        model = FundTarget
        fields = ("name", "unit", "wanted")


class EvaluationForm(forms.Form):
    """What every target reached, how the money was used, and the score."""

    text = forms.CharField(label="绩效自评", max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
    score = forms.IntegerField(label="自评得分（0 至 100）", min_value=0, max_value=100)

    def __init__(self, data=None, *, line: BudgetLine, **kwargs):
        super().__init__(data, **kwargs)
        targets = list(line.targets.all())
        for target in targets:
            self.fields[f"target-{target.pk}"] = forms.DecimalField(
                label=f"{target.name}完成值（目标 {target.wanted:f}{target.unit}）",
                max_digits=14,
                decimal_places=2,
                min_value=0,
                initial=target.reached,
            )
        self.order_fields([*(f"target-{target.pk}" for target in targets), "text", "score"])

    @property
    def reached(self) -> dict:
        names = [name for name in self.cleaned_data if name.startswith("target-")]
        return {int(name.removeprefix("target-")): self.cleaned_data[name] for name in names}


class DonationForm(forms.ModelForm):
    body = BodyField(label="接受单位")
    received_on = forms.DateField(label="收到日期", **DAY)
    key = forms.UUIDField(widget=forms.HiddenInput)

    class Meta:
        model = Donation
        fields = ("kind", "donor", "is_person", "is_named", "amount_yuan", "goods", "purpose", "received_on")

    field_order = ["body", *Meta.fields, "key"]

    def __init__(self, *args, bodies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["body"].bodies = bodies

    def donation(self) -> Donation:
        gift = self.save(commit=False)
        gift.key = self.cleaned_data["key"]
        return gift


class UseForm(forms.Form):
    amount_yuan = forms.DecimalField(label="金额（元）", **_YUAN)
    used_on = forms.DateField(label="使用日期", **DAY)
    purpose = forms.CharField(label="用于", max_length=200)
    key = forms.UUIDField(widget=forms.HiddenInput)


class ResearchForm(forms.ModelForm):
    class Meta:
        model = ResearchSpending
        fields = ("year", "amount_yuan", "source")
