"""What a base writes of a course, what is decided on it, and an outing to it."""

from datetime import datetime

from django import forms

from portal.calendar import SHANGHAI
from portal.fields import ReasonForm
from youth_credits.actions.courses import COURSE_FIELDS
from youth_credits.forms import DATE_INPUT, KeyedForm
from youth_credits.models import Course


class CourseForm(forms.ModelForm):
    class Meta:
        model = Course
        fields = ["organization", *COURSE_FIELDS]
        widgets = {"summary": forms.Textarea(attrs={"rows": 5})}
        labels = {"organization": "申报单位"}
        help_texts = {
            "title": "学校登记学分时须与此一致。",
            "minutes": "60 至 480 分钟。",
            "practice_minutes": "不少于总时长的三分之二。",
            "contact": "学校如何预约，例如电话或公众号。",
        }

    def __init__(self, *args, organizations, **kwargs):
        super().__init__(*args, **kwargs)
        own = self.fields["organization"]
        own.queryset = organizations.order_by("name", "pk")
        own.required = True
        own.empty_label = None
        if self.instance.pk:
            own.disabled = True

    def clean(self) -> dict:
        cleaned = super().clean()
        minutes, practice = cleaned.get("minutes"), cleaned.get("practice_minutes")
        if minutes is not None and not 60 <= minutes <= 480:
            self.add_error("minutes", "每次时长应在 60 至 480 分钟之间。")
        elif minutes and practice is not None and not minutes * 2 <= practice * 3 <= minutes * 3:
            self.add_error("practice_minutes", "动手时间不少于总时长的三分之二，且不超过总时长。")
        first, last = cleaned.get("grade_from"), cleaned.get("grade_to")
        if first and last and last < first:
            self.add_error("grade_to", "终止年级不能低于起始年级。")
        return cleaned


class DecisionForm(forms.Form):
    """A decision on a course, with its reason or its last day."""

    step = forms.ChoiceField(
        label="决定",
        choices=[],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择决定。"},
    )
    until = forms.DateField(
        label="认定有效期至",
        required=False,
        widget=forms.DateInput(attrs=DATE_INPUT),
        help_text="不填为称号有效期内最长两年。",
        error_messages={"invalid": "请按 2026-09-01 的格式填写日期。"},
    )
    note = forms.CharField(label="理由", max_length=300, required=False, help_text="认定以外的决定必须填写。")

    def __init__(self, *args, steps: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = steps
        if "approve" not in dict(steps):
            del self.fields["until"]

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("step") not in (None, "approve") and not cleaned.get("note", "").strip():
            self.add_error("note", "请填写理由。")
        return cleaned


class StopForm(ReasonForm):
    """Which courses of a base are stopped, and why."""

    courses = forms.ModelMultipleChoiceField(
        label="停哪些课程",
        queryset=Course.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请至少勾选一门课程。",
            "invalid_choice": "所选课程已停课或不在您的范围内，请刷新页面。",
        },
    )
    field_order = ("courses", "note")

    def __init__(self, *args, courses, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["courses"].queryset = courses.select_related("organization__region", "region")


class OutingForm(KeyedForm):
    """Which course, when. The ticks beside it are who goes."""

    course = forms.ModelChoiceField(
        label="学分课程",
        queryset=Course.objects.none(),
        empty_label="请选择",
        error_messages={"required": "请选择课程。", "invalid_choice": "该课程不在认定有效期内，请另选。"},
    )
    on = forms.DateField(
        label="日期",
        widget=forms.DateInput(attrs=DATE_INPUT),
        error_messages={"required": "请填写日期。", "invalid": "请按 2026-09-01 的格式填写日期。"},
    )
    at = forms.TimeField(
        label="开始时间",
        widget=forms.TimeInput(attrs={"type": "time"}),
        error_messages={"required": "请填写开始时间。", "invalid": "请按 14:30 的格式填写时间。"},
    )

    def __init__(self, *args, courses, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = courses
        self.fields["course"].label_from_instance = _course_label

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.cleaned_data["on"], self.cleaned_data["at"], SHANGHAI)


def _course_label(course: Course) -> str:
    return f"{course.title}（{course.organization.name}，{course.grades}，{course.capacity} 人）"
