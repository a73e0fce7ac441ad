"""A child without a number, and the number it gets later."""

from datetime import date

from django import forms

from portal.calendar import local_today
from portal.identifiers import check_student_number
from youth_credits import queries
from youth_credits.forms import DATE_INPUT, KeyedForm
from youth_credits.models import Grade

OLDEST, YOUNGEST = 20, 5


class NewcomerForm(KeyedForm):
    name = forms.CharField(
        label="姓名",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请填写姓名。"},
    )
    born_on = forms.DateField(
        label="出生日期",
        widget=forms.DateInput(attrs=DATE_INPUT),
        help_text="只用来核对是否重复登记和是否未满 14 周岁，不保存。",
        error_messages={"required": "请填写出生日期。", "invalid": "请按 2014-09-01 的格式填写日期。"},
    )
    grade = forms.TypedChoiceField(
        label="年级",
        coerce=int,
        choices=[("", "请选择"), *Grade.choices],
        error_messages={"required": "请选择年级。"},
    )
    class_number = forms.IntegerField(
        label="班级",
        min_value=1,
        max_value=99,
        error_messages={
            "required": "请填写班级。",
            "invalid": "班级请填数字。",
            "min_value": "班级应为 1 至 99。",
            "max_value": "班级应为 1 至 99。",
        },
    )
    consented_on = forms.DateField(
        label="监护人同意日期",
        required=False,
        widget=forms.DateInput(attrs=DATE_INPUT),
        help_text="有纸质同意书的填写，没有不填。",
        error_messages={"invalid": "请按 2026-09-01 的格式填写日期。"},
    )
    is_another = forms.BooleanField(label="确认不是同一人", required=False)

    def clean_name(self) -> str:
        name = queries.normal_name(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError("请填写姓名。")
        return name

    def clean_born_on(self) -> date:
        day, today = self.cleaned_data["born_on"], local_today()
        if not today.year - OLDEST <= day.year <= today.year - YOUNGEST:
            raise forms.ValidationError("出生日期不在中小学生的年龄范围内，请核对年份。")
        return day

    def clean_consented_on(self) -> date | None:
        day = self.cleaned_data["consented_on"]
        if day and day > local_today():
            raise forms.ValidationError("同意日期不能晚于今天。")
        return day


class NumberForm(forms.Form):
    number = forms.CharField(
        label="学籍号",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请填写学籍号。"},
    )

    def clean_number(self) -> str:
        try:
            return check_student_number(self.cleaned_data["number"])
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from None
