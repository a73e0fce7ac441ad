"""Inspections, self-checks and questions as typed."""

from django import forms

from outreach.models import Checklist, InspectionPlan
from portal.identifiers import clean_text

_DAY = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
ANSWERS = [("good", "符合"), ("poor", "不符合"), ("none", "不适用")]


class PlanForm(forms.ModelForm):
    """How many units are drawn, by which checklist, until when."""

    due_on = forms.DateField(label="完成期限", **_DAY)

    class Meta:
        model = InspectionPlan
        fields = ("title", "checklist", "units_wanted", "inspectors_each", "due_on")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Checklist.objects.filter(use=Checklist.Use.INSPECTION)
        self.fields["checklist"].queryset = rows.order_by("-in_force_from", "-pk")


class _Items(forms.Form):
    """An answer for each item of a checklist."""

    summary = forms.CharField(
        label="意见", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, data=None, *, items, answers=None, **kwargs):
        super().__init__(data, **kwargs)
        self.items = items
        for item in items:
            self.fields[f"answer-{item['code']}"] = forms.ChoiceField(
                label=item["name"],
                choices=ANSWERS,
                required=False,
                initial=(answers or {}).get(item["code"], ""),
                widget=forms.RadioSelect,
            )

    @property
    def answers(self) -> dict[str, str]:
        return {item["code"]: self.cleaned_data.get(f"answer-{item['code']}", "") for item in self.items}


class InspectForm(_Items):
    """The checklist of an inspection; what does not fit is described and gets a day."""

    inspected_on = forms.DateField(label="检查日期", required=False, **_DAY)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, items, answers=None, findings=None, **kwargs):
        super().__init__(data, items=items, answers=answers, **kwargs)
        for item in items:
            kept = (findings or {}).get(item["code"])
            self.fields[f"text-{item['code']}"] = forms.CharField(
                label=f"“{item['name']}”的问题",
                max_length=300,
                required=False,
                initial=kept.text if kept else "",
            )
            self.fields[f"until-{item['code']}"] = forms.DateField(
                label="整改期限", required=False, initial=kept.rectify_until if kept else None, **_DAY
            )

    @property
    def findings(self) -> dict[str, tuple]:
        data = self.cleaned_data
        return {
            item["code"]: (data.get(f"text-{item['code']}", ""), data.get(f"until-{item['code']}"))
            for item in self.items
        }

    def rows(self) -> list[tuple]:
        """(answer, problem, day) of each item."""
        names = ("answer", "text", "until")
        return [tuple(self[f"{name}-{item['code']}"] for name in names) for item in self.items]


class RecheckForm(forms.Form):
    is_mended = forms.ChoiceField(
        label="复查结果", choices=[("yes", "通过"), ("no", "不通过")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="复查意见", max_length=300, required=False)

    def clean(self):
        typed = super().clean()
        if typed.get("is_mended") == "no" and not typed.get("note"):
            self.add_error("note", "请写明不通过的原因。")
        return typed


class SelfCheckForm(_Items):
    """A body's look at itself in one year."""

    organization = forms.ModelChoiceField(label="单位", queryset=None, empty_label=None)
    year = forms.IntegerField(label="年度", min_value=2018, max_value=2100)

    def __init__(self, data=None, *, bodies, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["organization"].queryset = bodies

    field_order = ["organization", "year"]


class QuestionForm(forms.Form):
    subject = forms.CharField(label="问题", max_length=120)
    text = forms.CharField(
        label="详细说明", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class AnswerForm(forms.Form):
    text = forms.CharField(label="答复", max_length=4000, widget=forms.Textarea(attrs={"rows": 8}))
    is_guidance = forms.BooleanField(label="公开为办事指南（去掉个案信息）", required=False)

    def clean_text(self):
        return clean_text(self.cleaned_data["text"], multiline=True)
