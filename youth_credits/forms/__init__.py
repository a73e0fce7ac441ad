"""What a person types or sends. A form never saves."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, time

from django import forms

from portal.calendar import SHANGHAI, local_today, school_year
from portal.files import SHEETS, UploadField
from portal.identifiers import clean_text
from portal.sheets import SHEET_LIMITS
from youth_credits.models import CreditRule
from youth_credits.queries import RuleBook
from youth_credits.rules import Misread, read_day, read_minutes, read_time

MOST_MINUTES_A_DAY = 1440
DATE_INPUT = {"type": "date"}


def first_open_day(today: date) -> date:
    """The first day whose activities are still entered: of the school year before the running one."""
    return date(school_year(today) - 1, 9, 1)


class ReadField(forms.CharField):
    """Text that is read as people write it, where it can only mean one thing; `readings` says as what."""

    def __init__(self, *, read: Callable, **kwargs):
        super().__init__(max_length=20, **kwargs)
        self.read = read

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.read(text)
        except Misread as fault:
            raise forms.ValidationError(str(fault)) from None


class KeyedForm(forms.Form):
    """Carries a key made with the page: sent twice, it is done once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class FindForm(forms.Form):
    """A whole name or a whole student number: what is sealed is found by nothing less."""

    sought = forms.CharField(
        label="完整学籍号或姓名",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 22}),
        error_messages={
            "required": "请填写完整的学籍号或姓名。",
            "max_length": "最多 60 个字，请只填学籍号或姓名。",
            "null_characters_not_allowed": "请只填学籍号或姓名。",
        },
    )

    def clean_sought(self) -> str:
        return _required_text(self.cleaned_data["sought"], "请填写完整的学籍号或姓名。")


class UploadForm(KeyedForm):
    file = UploadField(
        label="表格文件",
        kinds=SHEETS,
        help_text=SHEET_LIMITS.sentence,
        error_messages={"required": "请选择要上传的表格文件。"},
    )


class KeepForm(forms.Form):
    """The two decisions on a checked sheet; all or nothing unless the other button says otherwise."""

    only_good = forms.BooleanField(required=False)


class RevealForm(forms.Form):
    reason = forms.CharField(
        label="查看理由",
        max_length=200,
        help_text="例如“家长来校核对学籍号”。查看会记入操作记录。",
        error_messages={"required": "请填写查看完整信息的理由。"},
    )


class GridForm(KeyedForm):
    """One activity of one class. The ticks beside it are the students who were there."""

    name = forms.CharField(label="活动名称", max_length=100, error_messages={"required": "请填写活动名称。"})
    kind = forms.ChoiceField(label="类别", error_messages={"required": "请选择类别。"})
    held_on = ReadField(
        label="活动日期",
        read=read_day,
        widget=forms.DateInput(attrs=DATE_INPUT, format="%Y-%m-%d"),
        error_messages={"required": "请填写活动日期。"},
    )
    minutes = ReadField(
        label="时长（分钟）",
        read=lambda text: read_minutes(text, most=MOST_MINUTES_A_DAY),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 8}),
        help_text="例如 90，或写明单位的“2小时”。",
        error_messages={"required": "请填写时长。"},
    )
    starts_at = ReadField(
        label="开始时间",
        read=read_time,
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="填写后会检查与其他活动是否重叠。",
    )
    provider = forms.CharField(
        label="举办单位", max_length=100, required=False, help_text="校外活动请填写基地或单位全称。"
    )

    def __init__(self, *args, book: RuleBook, **kwargs):
        super().__init__(*args, **kwargs)
        self.book = book
        rules = book.now.rules.all() if book.now else []
        self.fields["kind"].choices = [("", "请选择")] + [
            (rule.code, str(rule))
            for rule in rules
            if rule.method in (CreditRule.Method.MINUTES, CreditRule.Method.FIXED)
        ]

    def clean_name(self) -> str:
        return _required_text(self.cleaned_data["name"], "请填写活动名称。")

    def clean_provider(self) -> str:
        return clean_text(self.cleaned_data["provider"])

    def clean_held_on(self) -> date:
        day, today = self.cleaned_data["held_on"], local_today()
        if day > today:
            raise forms.ValidationError("活动日期不能晚于今天。")
        if day < first_open_day(today):
            raise forms.ValidationError("活动日期不在本学年或上一学年，请核对年份。")
        return day

    def clean(self) -> dict:
        cleaned = super().clean()
        if "held_on" in cleaned and cleaned.get("kind"):
            cleaned["rule"] = self.book.find(cleaned["kind"], cleaned["held_on"])
            if cleaned["rule"] is None:
                self.add_error("held_on", "该日期没有生效的学分规则。")
        if cleaned.get("starts_at") and "held_on" in cleaned:
            cleaned["begins"] = begins(cleaned["held_on"], cleaned["starts_at"])
        return cleaned


def _required_text(text: str, fault: str) -> str:
    text = clean_text(text)
    if not text:
        raise forms.ValidationError(fault)
    return text


def begins(day: date, at: time) -> datetime:
    """The moment of a time of day in Shenzhen."""
    return datetime.combine(day, at, SHANGHAI)
