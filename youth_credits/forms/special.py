"""Why less is asked of a child."""

from datetime import date
from decimal import Decimal

from django import forms

from portal.calendar import local_today, school_year
from portal.files import UploadField
from youth_credits.forms import DATE_INPUT, KeyedForm
from youth_credits.models import SpecialCase

PROOFS = ("pdf", "jpg", "png")
SHARES = [("0", "免修（不作要求）"), ("0.25", "四分之一"), ("0.5", "二分之一"), ("0.75", "四分之三")]


class SpecialForm(KeyedForm):
    kind = forms.ChoiceField(
        label="情形",
        choices=SpecialCase.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择情形。"},
    )
    on = forms.DateField(
        label="起始或转入日期",
        widget=forms.DateInput(attrs=DATE_INPUT),
        help_text="中途转入的按转入之后剩余的教学月份折算。",
        error_messages={"required": "请填写日期。", "invalid": "请按 2026-09-01 的格式填写日期。"},
    )
    share = forms.TypedChoiceField(
        label="最低学分按比例要求",
        choices=[("", "中途转入不填"), *SHARES],
        coerce=Decimal,
        empty_value=None,
        required=False,
    )
    reason = forms.CharField(label="事由", max_length=300, error_messages={"required": "请填写事由。"})
    proof = UploadField(
        label="证明材料",
        kinds=PROOFS,
        required=False,
        help_text="PDF 或图片，加密保存；中途转入可以不传。",
    )

    def clean_on(self) -> date:
        day = self.cleaned_data["on"]
        if not school_year(local_today()) - 1 <= school_year(day) <= school_year(local_today()):
            raise forms.ValidationError("日期应在本学年或上一学年内。")
        return day

    def clean(self) -> dict:
        cleaned = super().clean()
        is_late = cleaned.get("kind") == SpecialCase.Kind.LATE
        if not is_late and cleaned.get("kind"):
            if cleaned.get("share") is None and "share" not in self.errors:
                self.add_error("share", "请选择比例。")
            if not cleaned.get("proof") and "proof" not in self.errors:
                self.add_error("proof", "请上传证明材料。")
        return cleaned
