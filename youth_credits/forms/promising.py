"""What is typed about children of promise."""

from django import forms

from portal.calendar import local_today
from youth_credits.forms import DATE_INPUT, KeyedForm
from youth_credits.models import Nomination

WIDE = {"rows": 4}


class NominateForm(KeyedForm):
    field = forms.ChoiceField(
        label="方向",
        choices=[("", "请选择"), *Nomination.Field.choices],
        error_messages={"required": "请选择方向。"},
    )
    statement = forms.CharField(
        label="推荐理由",
        max_length=1000,
        widget=forms.Textarea(attrs=WIDE),
        help_text="写孩子做过什么、对什么有兴趣。监护人会看到。",
        error_messages={"required": "请填写推荐理由。", "max_length": "推荐理由最多 1,000 字。"},
    )


class MentorForm(forms.Form):
    mentor_code = forms.CharField(
        label="导师的人才编号",
        max_length=12,
        help_text="8 位，向区科协人才库查询。",
        error_messages={"required": "请填写导师的人才编号。"},
    )


class ProjectForm(forms.Form):
    title = forms.CharField(
        label="课题",
        max_length=100,
        help_text="请勿写学生姓名。",
        error_messages={"required": "请填写课题。", "max_length": "课题最多 100 字。"},
    )
    starts_on = forms.DateField(
        label="开始日期",
        widget=forms.DateInput(attrs=DATE_INPUT),
        initial=local_today,
        error_messages={"required": "请填写开始日期。", "invalid": "请按 2026-09-01 的格式填写日期。"},
    )


class ReportForm(forms.Form):
    words = forms.CharField(
        label="小结",
        max_length=2000,
        widget=forms.Textarea(attrs=WIDE),
        error_messages={"required": "请填写小结。", "max_length": "小结最多 2,000 字。"},
    )
    ended_on = forms.DateField(
        label="结束日期",
        widget=forms.DateInput(attrs=DATE_INPUT),
        initial=local_today,
        error_messages={"required": "请填写结束日期。", "invalid": "请按 2026-09-01 的格式填写日期。"},
    )
