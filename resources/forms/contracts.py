"""Contracts as people type them: terms and milestones, proofs, payments, the end; figures of attention."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.fields import Words
from portal.files import UploadField
from resources.actions.contracts import Part
from resources.forms.works import Yuan, day
from resources.models import Resource, WorkAttention, WorkContract

MOST_PARTS = 12


class ContractForm(forms.ModelForm):
    """The terms; milestones are a set of forms beside it."""

    class Meta:
        model = WorkContract
        fields = ("number", "amount_yuan", "signed_on", "starts_on", "ends_on")
        widgets = {"signed_on": day(), "starts_on": day(), "ends_on": day()}


class AmendForm(forms.Form):
    amount_yuan = Yuan(label="变更后的合同金额")
    ends_on = forms.DateField(label="变更后的完成日期", widget=day())
    reason = Words(label="变更原因", lines=2, max_length=300)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class PartForm(forms.Form):
    """One milestone, and what is paid for it."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0, max_value=2**62)
    title = Words(label="节点", max_length=80, required=False)
    due_on = forms.DateField(label="期限", widget=day(), required=False)
    amount_yuan = Yuan(label="通过后拨付", required=False)

    def clean(self):
        typed = super().clean()
        if self.errors:
            return typed
        if typed.get("title") and not typed.get("due_on"):
            self.add_error("due_on", "请填写节点的期限。")
        if not typed.get("title") and (typed.get("due_on") or typed.get("amount_yuan")):
            self.add_error("title", "请填写节点名称。")
        return typed


class BaseParts(forms.BaseFormSet):
    """The milestones in their order; rows without a name are left out."""

    @property
    def parts(self) -> list[Part]:
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("title")]
        return [Part(row["title"], row["due_on"], row["amount_yuan"] or None, row["pk"]) for row in rows]


PartSet = forms.formset_factory(
    PartForm, formset=BaseParts, extra=3, max_num=MOST_PARTS, absolute_max=MOST_PARTS
)


def parts_of(milestones) -> list[dict]:
    return [
        {
            "pk": row.pk,
            "title": row.title,
            "due_on": row.due_on,
            "amount_yuan": row.instalment.amount_yuan if getattr(row, "instalment", None) else None,
        }
        for row in milestones
    ]


class ProofForm(forms.Form):
    proof = Words(label="完成情况", lines=3, max_length=500)
    file = UploadField(label="证明材料", required=False, help_text="可不传；PDF、Office 文档或图片。")


class PayForm(forms.Form):
    on = forms.DateField(label="拨付日期", widget=day())

    def clean_on(self):
        if self.cleaned_data["on"] > timezone.localdate():
            raise ValidationError("拨付日期不能晚于今天。")
        return self.cleaned_data["on"]


class AcceptForm(forms.Form):
    note = Words(label="验收意见", lines=3, max_length=500, required=False)


class TerminateForm(forms.Form):
    clawback = Yuan(label="追回金额")
    reason = Words(label="终止理由", lines=3, max_length=500)


class AttentionForm(forms.ModelForm):
    """Figures of a resource, on its contract's page, in the register or in one row of its sheet."""

    class Meta:
        model = WorkAttention
        fields = ("resource", "starts_on", "ends_on", "views", "shares", "source", "link")
        widgets = {"starts_on": day(), "ends_on": day()}

    def clean(self):
        typed = super().clean()
        if typed.get("views") is None and typed.get("shares") is None and not self.errors:
            self.add_error("views", "浏览量和转发量至少填一项。")
        starts_on, ends_on = typed.get("starts_on"), typed.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "统计截止不能早于统计起始。")
        if ends_on and ends_on > timezone.localdate():
            self.add_error("ends_on", "统计截止不能晚于今天。")
        return typed

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self):
        """The action checks the whole record; here only what was typed."""


class OwnAttentionForm(AttentionForm):
    """The same for one resource that the page is about."""

    def __init__(self, *args, resource: Resource, **kwargs):
        super().__init__(*args, **kwargs)
        self.resource = resource
        del self.fields["resource"]

    @property
    def values(self) -> dict:
        kept = {name: self.cleaned_data[name] for name in self.fields}
        return {"resource": self.resource, **kept}
