"""What offices type: a reason, a draw, a decision; and what guardians and schools appeal with."""

from decimal import Decimal

from django import forms

from portal.calendar import local_today, period, term
from portal.fields import ReasonForm, RecordByName
from portal.identifiers import check_student_number, clean_text
from portal.organizations import Organization
from portal.templatetags.portal_tags import cn_date
from youth_credits.forms import KeyedForm
from youth_credits.forms.guardians import SignedPaperForm
from youth_credits.models import Appeal, DrawnEntry

TERMS_BACK = 10
WIDE = {"rows": 4}


def _text(text: str, fault: str) -> str:
    text = clean_text(text)
    if not text:
        raise forms.ValidationError(fault)
    return text


class CaseForm(forms.Form):
    """A whole number in hand, and why. A search by name there is not."""

    school = RecordByName(
        queryset=Organization.objects.none(),
        by="name",
        label="学校",
        help_text="输入学校全称。",
        error_messages={"required": "请填写学校全称。"},
    )
    number = forms.CharField(
        label="完整学籍号",
        max_length=40,
        help_text="19 位。只能按完整学籍号申请，不能按姓名查找。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 22}),
        error_messages={"required": "请填写完整学籍号。"},
    )
    reason = forms.CharField(
        label="事由",
        max_length=300,
        help_text="说明为什么需要查阅，依据哪份来件。请勿写学生姓名和学籍号。",
        widget=forms.Textarea(attrs=WIDE),
        error_messages={"required": "请写明事由。", "max_length": "事由最多 300 字。"},
    )

    def __init__(self, *args, schools, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["school"].queryset = schools

    def clean_number(self) -> str:
        try:
            return check_student_number(self.cleaned_data["number"])
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from None

    def clean_reason(self) -> str:
        return _text(self.cleaned_data["reason"], "请写明事由。")


class DrawForm(forms.Form):
    """Which term, and how large a part."""

    of = forms.TypedChoiceField(
        label="学期",
        coerce=period,
        help_text="抽查该学期内审核通过的记录。",
        error_messages={"required": "请选择学期。", "invalid_choice": "请从列出的学期中选择。"},
    )
    percent = forms.DecimalField(
        label="抽查比例（%）",
        min_value=Decimal(5),
        max_value=Decimal(100),
        max_digits=4,
        decimal_places=1,
        initial=5,
        help_text="不低于 5%。",
        error_messages={
            "required": "请填写抽查比例。",
            "min_value": "抽查比例不低于 5%%。",
            "max_value": "抽查比例不超过 100%%。",
            "invalid": "请填写数字，例如 5。",
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        terms = [term(local_today())]
        while len(terms) < TERMS_BACK:
            terms.append(terms[-1].previous)
        self.fields["of"].choices = [(one.code, one.label) for one in terms]

    @property
    def share(self) -> Decimal:
        return (self.cleaned_data["percent"] / 100).quantize(Decimal("0.001"))


class FindingForm(forms.Form):
    finding = forms.ChoiceField(
        label="核查结果",
        choices=[choice for choice in DrawnEntry.Finding.choices if choice[0] != "pending"],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核查结果。"},
    )
    note = forms.CharField(
        label="说明",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs=WIDE),
        help_text="不属实或材料不足时必填。",
    )

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("finding") in ("wrong", "unclear") and not clean_text(cleaned.get("note", "")):
            self.add_error("note", "请写明哪里不属实，或缺少什么材料。")
        return cleaned


class OutcomeForm(forms.Form):
    outcome = forms.CharField(
        label="结论",
        max_length=2000,
        widget=forms.Textarea(attrs=WIDE),
        error_messages={"required": "请填写抽查结论。"},
    )


class AppealForm(KeyedForm):
    """What is wrong, with which entry, and why."""

    entry = forms.TypedChoiceField(label="针对哪条记录", required=False, coerce=int, empty_value=None)
    ground = forms.ChoiceField(
        label="事由",
        choices=[("", "请选择"), *Appeal.Ground.choices],
        error_messages={"required": "请选择事由。"},
    )
    statement = forms.CharField(
        label="说明",
        max_length=1000,
        help_text="请写清时间、活动和您认为正确的情况，最多 1,000 字。",
        widget=forms.Textarea(attrs=WIDE),
        error_messages={"required": "请填写说明。", "max_length": "说明最多 1,000 字。"},
    )

    def __init__(self, *args, entries, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["entry"].choices = [("", "不针对某一条（例如漏记）")] + [
            (credit.pk, f"{cn_date(credit.activity.held_on)} {credit.activity.name}（{credit.credits} 学分）")
            for credit in entries
        ]

    def clean_statement(self) -> str:
        return _text(self.cleaned_data["statement"], "请填写说明。")

    def clean(self) -> dict:
        cleaned = super().clean()
        ground = cleaned.get("ground")
        wants_entry = ground in ("credits", "minutes", "kind", "not_there")
        if wants_entry and not cleaned.get("entry") and "entry" not in self.errors:
            self.add_error("entry", "请选择针对的记录。")
        return cleaned


class PaperAppealForm(AppealForm, SignedPaperForm):
    """An appeal handed in on paper: who signed it and when, too."""

    field_order = ("key", "on", "signer", "entry", "ground", "statement")


class AnswerForm(ReasonForm):
    """Yes or no, with the reason in writing."""

    verdict = forms.ChoiceField(
        label="结果", widget=forms.RadioSelect, error_messages={"required": "请选择结果。"}
    )
    note = forms.CharField(
        label="理由",
        max_length=1000,
        widget=forms.Textarea(attrs=WIDE),
        error_messages={"required": "请写明理由，监护人会看到。", "max_length": "理由最多 1,000 字。"},
    )
    field_order = ("verdict", "note")

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["verdict"].choices = choices
