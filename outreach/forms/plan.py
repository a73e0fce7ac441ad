"""The plan, its sections, measures and targets as typed; tasks handed down and reported up."""

from django import forms

from outreach.models import Measure, Plan, Project, Target, TargetActual, Task
from outreach.scoring import plain
from portal.files import UploadField
from portal.organizations import Organization
from portal.regions import Region

MOST_YEARS = 20
DAY = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


def city_bodies():
    """The bodies that answer for the whole city: members of the joint meeting among them."""
    return Organization.objects.active().filter(region__level=1).order_by("pk")


class SuccessorForm(forms.Form):
    """A plan's name and period; sections and unfinished measures come from the one before."""

    code = forms.SlugField(label="规划代码", max_length=20, help_text="例如 2026-2030，用在网址里。")
    name = forms.CharField(label="规划名称", max_length=120)
    starts_on = forms.DateField(label="起始日期", **DAY)
    ends_on = forms.DateField(label="终止日期", **DAY)

    def clean_code(self):
        code = self.cleaned_data["code"]
        if Plan.objects.filter(code=code).exists():
            raise forms.ValidationError("已有这个代码的规划，请换一个。")
        return code

    def clean(self):
        typed = super().clean()
        if typed.get("starts_on") and typed.get("ends_on") and typed["ends_on"] <= typed["starts_on"]:
            self.add_error("ends_on", "终止日期必须晚于起始日期。")
        elif not self.errors and typed["ends_on"].year - typed["starts_on"].year > MOST_YEARS:
            self.add_error("ends_on", f"规划期不能超过 {MOST_YEARS} 年。")
        return typed


class SectionForm(forms.ModelForm):
    class Meta:
        model = Project
        fields = ("code", "kind", "name", "summary")


class MeasureForm(forms.ModelForm):
    """Who answers for a measure, its days and how far it is; its words only while the plan is a draft."""

    starts_on = forms.DateField(label="开始日期", required=False, help_text="不填为规划起始日期。", **DAY)
    due_on = forms.DateField(label="完成期限", required=False, help_text="不填为规划终止日期。", **DAY)

    class Meta:
        model = Measure
        fields = ("project", "code", "name", "lead", "partners", "starts_on", "due_on", "weight")
        fields += ("progress", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, plan: Plan, **kwargs):
        super().__init__(*args, **kwargs)
        bodies = city_bodies()
        self.fields["lead"].queryset = bodies
        self.fields["partners"].queryset = bodies
        self.fields["partners"].required = False
        self.fields["partners"].widget = forms.CheckboxSelectMultiple(choices=self.fields["partners"].choices)
        if plan.is_draft:
            self.fields["project"].queryset = plan.projects.order_by("code")
        else:
            for name in ("project", "code", "name"):
                del self.fields[name]


class TargetForm(forms.ModelForm):
    class Meta:
        model = Target
        fields = ("code", "name", "unit", "baseline_year", "baseline", "target_year", "target", "source")


class ActualForm(forms.ModelForm):
    """What one year reached of a target, and where the figure is from."""

    class Meta:
        model = TargetActual
        fields = ("year", "value", "source", "override_reason")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.target.is_counted:
            del self.fields["override_reason"]
            return
        self.fields["override_reason"].help_text = "该目标由平台取数：与平台统计不同的，须写明原因。"
        if self.instance.counted is not None:
            self.fields["value"].help_text = f"平台统计为 {plain(self.instance.counted)}；填此数即恢复取数。"


class PathForm(forms.Form):
    """What a target promises for each year between baseline and target; empty lies on the line."""

    def __init__(self, data=None, *, target: Target, **kwargs):
        super().__init__(data, **kwargs)
        set_points = dict(target.path.values_list("year", "value"))
        for year in range(target.baseline_year + 1, min(target.target_year, target.baseline_year + 30)):
            self.fields[f"year-{year}"] = forms.DecimalField(
                label=f"{year} 年（{target.unit}）",
                max_digits=14,
                decimal_places=2,
                required=False,
                initial=set_points.get(year),
            )

    @property
    def values(self) -> dict:
        return {int(name.removeprefix("year-")): value for name, value in self.cleaned_data.items()}


# --- Tasks ----------------------------------------------------------------------------------------


class TaskForm(forms.Form):
    """A task for several places of one's own region: the parts one level below, and bodies."""

    title = forms.CharField(label="任务", max_length=120)
    text = forms.CharField(
        label="要求", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    due_on = forms.DateField(label="完成期限", **DAY)
    measure = forms.ModelChoiceField(
        label="规划任务", queryset=None, required=False, empty_label="（不属于规划任务）"
    )
    regions = forms.ModelMultipleChoiceField(
        label="下达给下级", queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )
    bodies = forms.CharField(
        label="下达给单位",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="单位全称，一行一家。",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, source: Region, places, measures, is_part: bool, **kwargs):
        super().__init__(data, **kwargs)
        self.source = source
        self.fields["regions"].queryset = places
        self.fields["measure"].queryset = measures
        if is_part:
            del self.fields["measure"]

    def clean_bodies(self) -> list[Organization]:
        names = list(
            dict.fromkeys(name.strip() for name in self.cleaned_data["bodies"].splitlines() if name.strip())
        )
        if len(names) > 100:
            raise forms.ValidationError("一次最多下达给 100 家单位。")
        found, missing = [], []
        for name in names:
            rows = Organization.objects.active().select_related("region").filter(name=name)
            # Of bodies with the same name the one of one's own region is meant.
            near = [row for row in rows if row.region.path.startswith(self.source.path)]
            chosen = near or list(rows)
            if len(chosen) == 1 or near:
                found.append(chosen[0])
            else:
                missing.append(name)
        if missing:
            raise forms.ValidationError(f"没有找到单位：{'、'.join(missing)}。请按登记的全称填写。")
        return found

    def clean(self):
        typed = super().clean()
        if not self.errors and not typed.get("regions") and not typed.get("bodies"):
            self.add_error("regions", "请至少选择一个下级区域，或填写一家单位。")
        return typed

    @property
    def places(self) -> list[tuple]:
        data = self.cleaned_data
        return [(region, None) for region in data["regions"]] + [
            (body.region, body) for body in data["bodies"]
        ]


class ReportForm(forms.Form):
    """How a task was done; the file may stay away where one was sent before."""

    reply = forms.CharField(label="办理情况", max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
    proof = UploadField(
        label="办理证明（照片或文件）", error_messages={"required": "请附办理证明（照片或文件）。"}
    )

    def __init__(self, *args, task: Task, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["proof"].required = task.proof_id is None


class NoteForm(forms.Form):
    """A reason, where a step wants one."""

    note = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
