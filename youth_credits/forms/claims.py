"""What a family tells of an activity."""

from django import forms

from portal.calendar import local_today, school_year
from portal.files import UploadField
from portal.identifiers import clean_text
from youth_credits.forms import DATE_INPUT, KeyedForm
from youth_credits.models import CreditRule

PROOFS = ("pdf", "jpg", "png")
DAY = 1440  # minutes


class FamilyClaimForm(KeyedForm):
    """One activity of one child; `rules` are the kinds that families may claim."""

    kind = forms.ChoiceField(
        label="类别",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择活动属于哪一类。", "invalid_choice": "请在列出的类别中选择。"},
    )
    name = forms.CharField(
        label="活动名称",
        max_length=100,
        help_text="写明做了什么，如：参观恐龙化石展。",
        error_messages={"required": "请填写活动名称。"},
    )
    provider = forms.CharField(
        label="活动地点或单位",
        max_length=100,
        help_text="写全称，如：深圳古生物博物馆。",
        error_messages={"required": "请填写活动地点或单位。"},
    )
    held_on = forms.DateField(
        label="活动日期",
        widget=forms.DateInput(attrs=DATE_INPUT),
        error_messages={"required": "请填写活动日期。", "invalid": "请按 2026-09-01 的格式填写日期。"},
    )
    minutes = forms.IntegerField(
        label="时长（分钟）",
        min_value=1,
        max_value=DAY,
        help_text="只算参加活动的时间，不算路上。一个半小时填 90。",
        error_messages={
            "required": "请填写时长。",
            "invalid": "请填写整数分钟，如 90。",
            "min_value": "时长应在 1 至 1,440 分钟之间。",
            "max_value": "时长应在 1 至 1,440 分钟之间。",
        },
    )
    proof = UploadField(
        label="佐证材料",
        kinds=PROOFS,
        help_text="门票、预约单或现场照片，PDF 或图片，一个文件。加密保存，只有孩子的学校能打开。",
        error_messages={"required": "请上传佐证材料。"},
    )

    def __init__(self, *args, rules: list[CreditRule], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(rule.code, rule.name) for rule in rules]

    def clean_name(self) -> str:
        return clean_text(self.cleaned_data["name"])

    def clean_provider(self) -> str:
        return clean_text(self.cleaned_data["provider"])

    def clean_held_on(self):
        day, today = self.cleaned_data["held_on"], local_today()
        if day > today:
            raise forms.ValidationError("活动日期不能晚于今天，请参加之后再申报。")
        if school_year(day) != school_year(today):
            raise forms.ValidationError("只能申报本学年（9 月 1 日起）的活动。")
        return day
