"""Inspections, self-checks and questions as typed."""

from django import forms

from outreach.models import Checklist, HelpQuestion, InspectionPlan
from portal.calendar import local_today
from portal.identifiers import clean_text
from portal.regions import Level, Region

_DAY = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
ANSWERS = [("good", "符合"), ("poor", "不符合"), ("none", "不适用")]


class PlanForm(forms.ModelForm):
    """How many units are drawn, by which checklist, until when."""

    due_on = forms.DateField(label="完成期限", **_DAY)

    class Meta:
        model = InspectionPlan
        fields = ("title", "region", "checklist", "units_wanted", "inspectors_each", "due_on")
        labels = {"region": "抽查范围"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Checklist.objects.filter(use=Checklist.Use.INSPECTION)
        self.fields["checklist"].queryset = rows.order_by("-in_force_from", "-pk")
        self.fields["checklist"].empty_label = None
        places = Region.objects.filter(level__lte=Level.DISTRICT)
        self.fields["region"].queryset = places.order_by("level", "code")
        self.fields["region"].empty_label = None


class ChecklistForm(forms.Form):
    """The next version of a checklist, an item a line."""

    code = forms.SlugField(
        label="代码", max_length=30, help_text="沿用已有代码即为该表的新版本；新代码为新表。"
    )
    use = forms.ChoiceField(label="用途", choices=Checklist.Use.choices)
    name = forms.CharField(label="名称", max_length=80)
    items = forms.CharField(
        label="检查项",
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="每行一项，最多 60 项。名称不变的项沿用原代码，可与往年比较。",
    )
    in_force_from = forms.DateField(label="启用日期", **_DAY)
    basis = forms.CharField(label="依据", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def clean_items(self):
        lines = [line.strip() for line in self.cleaned_data["items"].splitlines() if line.strip()]
        if len(lines) > 60:
            raise forms.ValidationError("检查项最多 60 项。")
        long = next((line for line in lines if len(line) > 120), None)
        if long:
            raise forms.ValidationError(f"“{long[:20]}…”超过 120 字，请写短一些。")
        return lines


class MendForm(forms.Form):
    """How each finding was put right, with its proof."""

    def __init__(self, data=None, files=None, *, findings, **kwargs):
        super().__init__(data, files, **kwargs)
        self.findings = findings
        for finding in findings:
            self.fields[f"mending-{finding.pk}"] = forms.CharField(
                label="整改情况",
                max_length=500,
                initial=finding.mending,
                widget=forms.Textarea(attrs={"rows": 3}),
                error_messages={"required": "请写明怎样整改。"},
            )
            self.fields[f"proof-{finding.pk}"] = forms.FileField(
                label="证明（照片或文件）",
                required=finding.proof_id is None,
                widget=forms.FileInput,
                help_text="已有证明，不重新上传则保留。" if finding.proof_id else "",
                error_messages={"required": "请附整改证明。"},
            )

    def clean(self):
        typed = super().clean()
        if self.errors and self.files:
            for finding in self.findings:
                name = f"proof-{finding.pk}"
                if name in self.files and name not in self.errors:
                    self.add_error(name, "其他栏有误，浏览器不保留所选文件，请重新选择。")
        return typed

    @property
    def told(self) -> dict[int, tuple]:
        data = self.cleaned_data
        return {
            row.pk: (data.get(f"mending-{row.pk}", ""), data.get(f"proof-{row.pk}")) for row in self.findings
        }

    def fields_of(self, finding) -> tuple:
        return self[f"mending-{finding.pk}"], self[f"proof-{finding.pk}"]


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
        self.fields["summary"] = self.fields.pop("summary")  # after the items

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

    def clean(self):
        """Whoever finishes has answered every item, and said what is wrong with those that do not fit."""
        typed = super().clean()
        if "done" in self.data:
            for item in self.items:
                self._check(item["code"], typed)
            on = typed.get("inspected_on")
            if on is None or on > local_today():
                self.add_error("inspected_on", "请填写今天或以前的检查日期。")
        return typed

    def _check(self, code: str, typed: dict) -> None:
        answer, until = typed.get(f"answer-{code}"), typed.get(f"until-{code}")
        if not answer:
            self.add_error(f"answer-{code}", "请选择一项。")
        if answer != "poor":
            return
        if not typed.get(f"text-{code}"):
            self.add_error(f"text-{code}", "不符合的，请写明问题。")
        if until is None or (typed.get("inspected_on") and until < typed["inspected_on"]):
            self.add_error(f"until-{code}", "请填写检查日期以后的整改期限。")

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

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["summary"].label = "自查说明"
        for item in self.items:
            self.fields[f"answer-{item['code']}"].required = True
            self.fields[f"answer-{item['code']}"].error_messages["required"] = "请选择一项。"


class QuestionForm(forms.Form):
    topic = forms.ChoiceField(label="类别", choices=HelpQuestion.Topic.choices)
    subject = forms.CharField(label="问题", max_length=120)
    text = forms.CharField(
        label="详细说明", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class AnswerForm(forms.Form):
    text = forms.CharField(label="答复", max_length=4000, widget=forms.Textarea(attrs={"rows": 8}))
    is_guidance = forms.BooleanField(
        label="公开为办事指南", required=False, help_text="只公开下面的标题和上面的答复，请去掉个案信息。"
    )
    guidance_title = forms.CharField(label="指南标题", max_length=120, required=False)

    def clean(self):
        typed = super().clean()
        if typed.get("is_guidance") and not typed.get("guidance_title", "").strip():
            self.add_error("guidance_title", "公开为办事指南时，请填写指南标题。")
        return typed

    def clean_text(self):
        return clean_text(self.cleaned_data["text"], multiline=True)
