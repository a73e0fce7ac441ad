"""What staff types into a version of the rules, and into a dry run of it."""

from datetime import date
from decimal import Decimal

from django import forms

from portal.calendar import local_today, school_year, school_year_label
from portal.regions import Region
from youth_credits.forms import DATE_INPUT, KeyedForm
from youth_credits.models import CreditRule, CreditRuleSet


class RuleSetForm(forms.ModelForm):
    """Where and from when a version counts, and what it asks of a year. A new one copies the rest."""

    class Meta:
        model = CreditRuleSet
        fields = (
            "area",
            "in_force_from",
            "basis",
            "year_minimum",
            "off_campus_minimum",
            "kinds_minimum",
            "stage_target",
            "step",
            "grade_from",
            "grade_to",
        )
        widgets = {"in_force_from": forms.DateInput(attrs=DATE_INPUT, format="%Y-%m-%d")}

    def __init__(self, *args, is_new: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = Region.objects.districts()
        self.fields["area"].empty_label = "全市"
        if is_new:
            for name in set(self.fields) - {"area", "in_force_from", "basis"}:
                del self.fields[name]

    def clean_in_force_from(self) -> date:
        day = self.cleaned_data["in_force_from"]
        if day <= local_today():
            raise forms.ValidationError("生效日期须晚于今天，已登记的活动不能事后改变计分。")
        return day

    def clean_step(self) -> Decimal:
        step = self.cleaned_data["step"]
        if step <= 0:
            raise forms.ValidationError("计分单位必须大于 0。")
        return step


class RuleForm(forms.ModelForm):
    """How one kind of a draft earns credit."""

    class Meta:
        model = CreditRule
        fields = (
            "name",
            "family",
            "method",
            "credits",
            "unit_minutes",
            "whole_units",
            "least_minutes",
            "least_per_entry",
            "most_per_entry",
            "cap_per_year",
            "most_per_provider",
            "once",
            "needs_certificate",
            "needs_course",
            "evidence",
        )

    def clean(self) -> dict:
        cleaned = super().clean()
        method = cleaned.get("method")
        if method == CreditRule.Method.MINUTES and not cleaned.get("unit_minutes"):
            self.add_error("unit_minutes", "按时长计分须填写单位时长。")
        if method == CreditRule.Method.PANEL:
            for name in ("least_per_entry", "most_per_entry"):
                if cleaned.get(name) is None:
                    self.add_error(name, "按评议计分须填写单次最低和上限。")
        if method == CreditRule.Method.AWARD and not self.instance.awards:
            self.add_error("method", "该类别没有获奖等级表，不能按获奖等级计分。")
        return cleaned


class TrialForm(KeyedForm):
    """Whose schools, and which year."""

    area = forms.ModelChoiceField(
        label="试算区域",
        queryset=Region.objects.none(),
        empty_label="请选择",
        error_messages={"required": "请选择试算的区。", "invalid_choice": "请从列表中选择一个区。"},
    )
    school_year = forms.TypedChoiceField(label="学年", coerce=int)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = Region.objects.districts()
        this = school_year(local_today())
        self.fields["school_year"].choices = [
            (year, school_year_label(year)) for year in range(this, this - 4, -1)
        ]
