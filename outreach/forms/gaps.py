"""Gaps, projects and milestones as typed."""

from django import forms

from outreach.forms.plan import DAY, city_bodies
from outreach.models import Gap, MajorProject, Measure, Milestone, Plan


def _measures(plan: Plan):
    return Measure.objects.filter(project__plan=plan).select_related("project").order_by("pk")


class GapForm(forms.ModelForm):
    measures = forms.ModelMultipleChoiceField(
        label="对应任务", queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Gap
        fields = ("code", "name", "measures")

    def __init__(self, *args, plan: Plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["measures"].queryset = _measures(plan)


class MajorProjectForm(forms.ModelForm):
    class Meta:
        model = MajorProject
        fields = ("code", "name", "measure", "body", "summary")
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, plan: Plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["measure"].queryset = _measures(plan)
        self.fields["body"].queryset = city_bodies()


class MilestoneForm(forms.ModelForm):
    due_on = forms.DateField(label="计划日期", **DAY)

    class Meta:
        model = Milestone
        fields = ("name", "due_on")


class ReachForm(forms.Form):
    milestone = forms.ModelChoiceField(label="节点", queryset=None)
    reached_on = forms.DateField(label="完成日期", **DAY)
    note = forms.CharField(label="说明与来源", max_length=200)

    def __init__(self, data=None, *, project: MajorProject, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["milestone"].queryset = project.milestones.all()
