"""Posts, meetings, minutes and reports of duties as typed."""

import uuid

from django import forms

from outreach.forms.plan import DAY, city_bodies
from outreach.models import Duty, DutyReport, Meeting, Member, MemberPost
from portal.calendar import local_today
from portal.files import UploadField


class PostForm(forms.ModelForm):
    since = forms.DateField(label="起始日期", initial=local_today, **DAY)

    class Meta:
        model = MemberPost
        fields = ("role", "name", "post", "phone", "since")


class MeetingForm(forms.ModelForm):
    held_on = forms.DateField(label="会议日期", **DAY)
    attendees = forms.ModelMultipleChoiceField(
        label="参会单位", queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Meeting
        fields = ("title", "kind", "held_on", "place", "agenda", "attendees")
        widgets = {"agenda": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Member.objects.filter(left_on=None).select_related("organization")
        self.fields["attendees"].queryset = rows
        self.fields["key"].initial = uuid.uuid4()

    def meeting(self) -> Meeting:
        meeting = self.save(commit=False)
        if not meeting.pk and self.cleaned_data["key"]:
            meeting.key = self.cleaned_data["key"]
        return meeting


class MinutesForm(forms.Form):
    minutes = forms.CharField(label="会议纪要", max_length=10000, widget=forms.Textarea(attrs={"rows": 8}))
    upload = UploadField(label="纪要文件", required=False)


class DutyBodiesForm(forms.Form):
    bodies = forms.ModelMultipleChoiceField(
        label="责任单位", queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, duty: Duty, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["bodies"].queryset = city_bodies()
        self.fields["bodies"].initial = duty.bodies.all()


class OpenReportsForm(forms.Form):
    year = forms.IntegerField(label="年度", min_value=2018, max_value=2100)
    due_on = forms.DateField(label="填报期限", **DAY)


class DutyReportForm(forms.Form):
    """What was done on each duty of a body, and the year as a whole."""

    summary = forms.CharField(
        label="总体情况", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, data=None, files=None, *, report: DutyReport, duties, **kwargs):
        super().__init__(data, files, initial={"summary": report.summary}, **kwargs)
        self.duties = list(duties)
        known = {answer.duty_id: answer.text for answer in report.answers.all()}
        for duty in self.duties:
            self.fields[f"text-{duty.pk}"] = forms.CharField(
                label=str(duty),
                max_length=1000,
                required=False,
                initial=known.get(duty.pk, ""),
                widget=forms.Textarea(attrs={"rows": 3}),
            )
            self.fields[f"proof-{duty.pk}"] = UploadField(label=f"佐证：{duty.name}", required=False)

    @property
    def told(self) -> dict[int, tuple]:
        data = self.cleaned_data
        return {duty.pk: (data[f"text-{duty.pk}"], data[f"proof-{duty.pk}"] or None) for duty in self.duties}
