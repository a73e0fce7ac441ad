"""What is typed at the turn of the year and for a transfer."""

from datetime import date, timedelta

from django import forms

from portal.calendar import local_today
from portal.identifiers import check_student_number, clean_text
from portal.organizations import Organization
from youth_credits import queries
from youth_credits.forms import DATE_INPUT, KeyedForm
from youth_credits.models import Grade
from youth_credits.queries import Exceptions, number_hash

MOST_NUMBERS = 300
LEAVING = {"6": frozenset({6, 9}), "9": frozenset({9}), "0": frozenset({9})}


class NumbersField(forms.CharField):
    """Student numbers, one a line; becomes {hash: as it was typed}."""

    def __init__(self, **kwargs):
        widget = forms.Textarea(attrs={"rows": 3, "autocomplete": "off"})
        super().__init__(required=False, max_length=MOST_NUMBERS * 30, widget=widget, **kwargs)

    def clean(self, value) -> dict[bytes, str]:
        found = {}
        for line, text in enumerate(super().clean(value).splitlines(), start=1):
            if not text.strip():
                continue
            try:
                found[number_hash(check_student_number(text))] = text.strip()
            except ValueError as fault:
                raise forms.ValidationError(f"第 {line} 行：{fault}") from None
        if len(found) > MOST_NUMBERS:
            raise forms.ValidationError(f"最多 {MOST_NUMBERS} 个学籍号，更多的请改用学生名册。")
        return found


class RollOverForm(KeyedForm):
    """One page: what differs from the rule, the preview, the decision."""

    leaving = forms.ChoiceField(
        label="毕业年级",
        choices=[("6", "六年级毕业离校"), ("9", "九年级毕业离校")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择毕业年级。"},
    )
    repeated = NumbersField(label="留级学生的学籍号", help_text="每行一个，没有就不填。")
    left = NumbersField(label="已离校学生的学籍号", help_text="休学、出国等，每行一个；转学请用“转学”办理。")
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict:
        cleaned = super().clean()
        both = cleaned.get("repeated", {}).keys() & cleaned.get("left", {}).keys()
        if both:
            self.add_error("left", "同一学生不能既留级又离校，请核对。")
        return cleaned

    @property
    def said(self) -> Exceptions:
        return Exceptions(
            LEAVING[self.cleaned_data["leaving"]],
            self.cleaned_data["repeated"],
            self.cleaned_data["left"],
        )


class TransferForm(KeyedForm):
    """A child that comes to this school, as the guardian's papers say."""

    number = forms.CharField(
        label="学籍号",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请填写学籍号。"},
    )
    name = forms.CharField(
        label="姓名",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请填写姓名。"},
    )
    grade = forms.TypedChoiceField(
        label="转入年级",
        coerce=int,
        choices=[("", "请选择"), *Grade.choices],
        error_messages={"required": "请选择年级。"},
    )
    class_number = forms.IntegerField(
        label="转入班级",
        min_value=1,
        max_value=99,
        error_messages={
            "required": "请填写班级。",
            "invalid": "班级请填数字。",
            "min_value": "班级应为 1 至 99。",
            "max_value": "班级应为 1 至 99。",
        },
    )
    starts_on = forms.DateField(
        label="转入日期",
        widget=forms.DateInput(attrs=DATE_INPUT),
        error_messages={"required": "请填写转入日期。", "invalid": "请按 2026-09-01 的格式填写日期。"},
    )

    def clean_number(self) -> str:
        try:
            return check_student_number(self.cleaned_data["number"])
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from None

    def clean_name(self) -> str:
        name = queries.normal_name(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError("请填写姓名。")
        return name

    def clean_starts_on(self) -> date:
        day, today = self.cleaned_data["starts_on"], local_today()
        if not today - timedelta(days=180) <= day <= today:
            raise forms.ValidationError("转入日期应在最近半年之内，且不晚于今天。")
        return day


class ReleaseForm(KeyedForm):
    """The school a child goes to."""

    to = forms.CharField(
        label="转入学校名称",
        max_length=120,
        help_text="填写全称，或能够区分的一部分。",
        error_messages={"required": "请填写转入学校。"},
    )
    reason = forms.CharField(label="说明", max_length=300, required=False, help_text="只在本校保存。")

    def __init__(self, *args, school: Organization, **kwargs):
        super().__init__(*args, **kwargs)
        self.school = school

    def clean_to(self) -> Organization:
        text = clean_text(self.cleaned_data["to"])
        found = queries.schools_named(text, but=self.school) if text else []
        if not found:
            raise forms.ValidationError("没有找到这所学校，请核对名称；外市学校请按离校办理。")
        if len(found) > 1:
            names = "、".join(school.name for school in found[:5])
            raise forms.ValidationError(f"有多所学校符合，请填写全称，例如：{names}。")
        return found[0]


class AnswerForm(forms.Form):
    """Lets a child go, or says why not."""

    answer = forms.ChoiceField(
        label="答复",
        choices=[("yes", "同意转出"), ("no", "不同意")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择答复。"},
    )
    note = forms.CharField(
        label="理由", max_length=300, required=False, help_text="不同意时必填，只在本校保存。"
    )

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("answer") == "no" and not cleaned.get("note", "").strip():
            self.add_error("note", "请填写不同意的理由。")
        return cleaned
