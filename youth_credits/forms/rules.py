"""What staff types into a version of the rules, and into a dry run of it."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from django import forms

from portal.calendar import local_today, school_year, school_year_label
from portal.identifiers import normal_identifier
from portal.organizations import Organization
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


MOST_LINES = 20


class TableField(forms.CharField):
    """A short table as people type it: a line is a name and a number. Its value is {name: number as text}."""

    widget = forms.Textarea(attrs={"rows": 5})

    def __init__(self, *, most: Decimal, what: str, **kwargs):
        super().__init__(required=False, max_length=800, **kwargs)
        self.most, self.what = most, what

    def prepare_value(self, value):
        if isinstance(value, dict):
            return "\n".join(f"{name} {number}" for name, number in value.items())
        return value

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value) -> dict[str, str]:
        lines = [line.split() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(f"最多填写 {MOST_LINES} 行。")
        table: dict[str, str] = {}
        for parts in lines:
            if len(parts) != 2 or len(parts[0]) > 8:
                raise forms.ValidationError(
                    f"“{' '.join(parts)[:20]}”无法识别，每行写名称（不超过 8 字）、空格和{self.what}。"
                )
            name, number = parts
            if name in table:
                raise forms.ValidationError(f"“{name}”写了两次，请删去一行。")
            table[name] = self._number(name, number)
        return table

    def _number(self, name: str, text: str) -> str:
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite() or not 0 < number <= self.most:
            raise forms.ValidationError(
                f"“{name}”的{self.what}须为大于 0、不超过 {self.most.normalize():f} 的数。"
            )
        return f"{number.normalize():f}"


class RuleForm(forms.ModelForm):
    """How one kind of a draft earns credit."""

    entry = TableField(
        label="参赛",
        most=Decimal(100),
        what="学分",
        help_text="按获奖等级计分时填写。未获奖的得多少学分，例如：参赛 0.5",
    )
    levels = TableField(
        label="各级一等奖", most=Decimal(100), what="学分", help_text="每行一级，例如：区级 1"
    )
    prizes = TableField(
        label="各等奖的比例", most=Decimal(1), what="比例", help_text="一等奖为 1，例如：二等奖 0.8"
    )
    TABLES = ("entry", "levels", "prizes")

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
            "cap_per_day",
            "most_per_provider",
            "once",
            "needs_certificate",
            "needs_course",
            "evidence",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.TABLES:
            self.initial[name] = self.instance.awards.get(name, {})

    @property
    def values(self) -> dict:
        """The fields of the rule that were changed."""
        values = {name: self.cleaned_data[name] for name in self.changed_data if name not in self.TABLES}
        if set(self.changed_data) & set(self.TABLES):
            values["awards"] = {name: self.cleaned_data[name] for name in self.TABLES}
        return values

    def clean_cap_per_year(self) -> Decimal:
        return self._in_steps("cap_per_year")

    def clean_cap_per_day(self) -> Decimal | None:
        return self._in_steps("cap_per_day")

    def _in_steps(self, name: str) -> Decimal | None:
        cap, step = self.cleaned_data[name], self.instance.rule_set.step
        if cap is not None and (cap <= 0 or cap % step):
            raise forms.ValidationError(f"应大于 0，且是计分单位 {step.normalize():f} 学分的整数倍。")
        return cap

    def clean(self) -> dict:
        cleaned = super().clean()
        method = cleaned.get("method")
        if method == CreditRule.Method.MINUTES and not cleaned.get("unit_minutes"):
            self.add_error("unit_minutes", "按时长计分须填写单位时长。")
        if method == CreditRule.Method.PANEL:
            for name in ("least_per_entry", "most_per_entry"):
                if cleaned.get(name) is None:
                    self.add_error(name, "按评议计分须填写单次最低和上限。")
        if method == CreditRule.Method.AWARD:
            for name in ("levels", "prizes"):
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, "按获奖等级计分须填写此表。")
        return cleaned


class NewRuleForm(RuleForm):
    """A kind that a draft does not have yet."""

    class Meta(RuleForm.Meta):
        fields = ("code", *RuleForm.Meta.fields)
        help_texts = {"code": "一个大写字母加数字，例如 A11。以前的版本用过的代码只能是同一类活动。"}

    def clean_code(self) -> str:
        code = normal_identifier(self.cleaned_data["code"])
        if not re.fullmatch(r"[A-Z][0-9]{1,3}", code):
            raise forms.ValidationError("请填一个大写字母加数字，例如 A11。")
        if self.instance.rule_set.rules.filter(code=code).exists():
            raise forms.ValidationError("该版本已有此类别。")
        return code

    @property
    def values(self) -> dict:
        """Every field of the rule."""
        values = {name: self.cleaned_data[name] for name in self._meta.fields}
        return values | {"awards": {name: self.cleaned_data[name] for name in self.TABLES}}


class TrialForm(KeyedForm):
    """Whose schools, and which year."""

    area = forms.ModelChoiceField(
        label="试算区域",
        queryset=Region.objects.none(),
        empty_label="请选择",
        error_messages={"required": "请选择试算的区。", "invalid_choice": "请从列表中选择一个区。"},
    )
    schools = forms.CharField(
        label="只试算这些学校",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="可不填，不填即试算全区。每行一个学校全称。",
    )
    school_year = forms.TypedChoiceField(label="学年", coerce=int)
    field_order = ("area", "schools", "school_year")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = Region.objects.districts()
        this = school_year(local_today())
        self.fields["school_year"].choices = [
            (year, school_year_label(year)) for year in range(this, this - 4, -1)
        ]

    def clean(self) -> dict:
        cleaned = super().clean()
        names = {line.strip() for line in cleaned.get("schools", "").splitlines() if line.strip()}
        area = cleaned.get("area")
        found = Organization.objects.none()
        if names and area:
            found = Organization.objects.schools().filter(region__path__startswith=area.path, name__in=names)
            unknown = sorted(names - {school.name for school in found})
            if unknown:
                self.add_error(
                    "schools", f"{area.name}没有这些学校：{'、'.join(unknown)[:200]}。请核对全称。"
                )
        cleaned["schools"] = list(found)
        return cleaned
