"""A round and an application as typed. Everything of an application may wait until it is handed in."""

from django import forms

from outreach.models import Application, Round, Scheme, ScoreForm, Title
from outreach.queries.cells import CELLS, cell_text
from outreach.queries.rounds import TYPED
from portal.fields import ReasonForm
from portal.identifiers import check_mobile, clean_text

_DAY = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class RoundForm(forms.ModelForm):
    """A round of a scheme: its form's version, its days, its notice."""

    apply_from = forms.DateField(label="申报开始", **_DAY)
    apply_until = forms.DateField(label="申报截止", help_text="含当日；逾期系统不再受理。", **_DAY)
    recommend_until = forms.DateField(
        label="区级推荐截止", help_text="含当日；退回补正也须在此日前完成。", **_DAY
    )

    class Meta:
        model = Round
        fields = (
            "scheme",
            "form",
            "year",
            "title",
            "text",
            "apply_from",
            "apply_until",
            "recommend_until",
        )
        widgets = {"text": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["scheme"].queryset = Scheme.objects.filter(is_active=True).order_by("pk")
        self.fields["form"].queryset = ScoreForm.objects.select_related("scheme").order_by(
            "scheme", "-version"
        )
        self.fields["year"].min_value = 2018
        self.fields["text"].required = False

    def clean_year(self):
        year = self.cleaned_data["year"]
        if not 2018 <= year <= 2100:
            raise forms.ValidationError("年度应在 2018 至 2100 之间。")
        return year

    def clean_text(self):
        return clean_text(self.cleaned_data["text"], multiline=True)

    def clean(self):
        typed = super().clean()
        scheme, form = typed.get("scheme"), typed.get("form")
        if scheme and form and form.scheme_id != scheme.pk:
            self.add_error("form", "评分表不属于所选的认定方案，请重新选择。")
        return typed


class EligibilityForm(forms.Form):
    """A few figures against the thresholds of a category, before anybody begins."""

    category = forms.ChoiceField(label="拟申报类别", choices=Title.Category)
    area = forms.IntegerField(label="展教面积（平方米）", min_value=0, max_value=10_000_000)
    open_days = forms.IntegerField(label="年开放天数（天）", min_value=0, max_value=366)
    visitors = forms.IntegerField(label="年接待（人次）", min_value=0, max_value=100_000_000)


class BeginForm(forms.Form):
    """For which body, and in which category, an application is begun."""

    organization = forms.ModelChoiceField(label="申报单位", queryset=None, empty_label=None)
    category = forms.ChoiceField(label="申报类别", choices=Title.Category)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, applicants, has_categories: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = applicants
        if not has_categories:
            self.fields["category"] = forms.ChoiceField(
                choices=[("other", "其他类")], widget=forms.HiddenInput, initial="other"
            )


class YesOrNo(forms.NullBooleanSelect):
    """Not answered yet, yes, or no."""

    def __init__(self, attrs=None):
        super().__init__(attrs)
        self.choices = (("unknown", "请选择"), ("true", "是"), ("false", "否"))


# Headings of the form, each with its fields.
PARTS = (
    ("单位情况", ("category", "legal_person", "contact", "phone", "other_titles")),
    ("场地与人员", TYPED[3:9]),
    ("开放与活动", TYPED[9:16]),
    ("展品与资料", TYPED[16:21]),
    ("科普经费", TYPED[21:28]),
    ("特色与总结", TYPED[29:]),
)
NOT_IN_PARTS = {"other_titles"}


def _phone(typed: str) -> str:
    """A mobile number, or one of a land line with its dash. Raises ValidationError for anything else."""
    typed = typed.strip()
    if not typed or "-" in typed:
        return typed
    try:
        return check_mobile(typed)
    except ValueError as fault:
        raise forms.ValidationError(f"{fault}座机请写区号和短横线，如 0755-12345678。") from None


class ApplicationForm(forms.ModelForm):
    """The cells of an application; what the portal counted itself is shown and cannot be typed."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Application
        fields = ("category", *TYPED)
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 6}),
            "plan": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args, known: dict, least: dict | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.revision
        for name, field in self.fields.items():
            field.required = False
            field.may_wait = name in TYPED and name not in known  # a draft is kept without it
            if isinstance(field, forms.NullBooleanField):
                field.widget = YesOrNo()
            if name in CELLS and name not in known:
                field.widget.attrs["data-cell"] = name  # kept by itself as it is left
                if name in Application.PERSONAL:
                    field.widget.attrs["data-personal"] = True  # waits on the page, never on the device
            if name in known:
                field.disabled = True
                field.help_text = "由本平台统计，不需填写。如有出入，请联系市科协。"
        self.least = least or {}
        for name, value in self.least.items():
            self.fields[name].help_text = f"本平台已统计 {value}；另有在平台外的，可以多填。"
        self.fields["category"].required = True
        if not self.instance.round.scheme.has_categories:
            del self.fields["category"]

    def clean_phone(self):
        return _phone(self.cleaned_data["phone"])

    def read_cells(self, data) -> tuple[dict, dict[str, str]]:
        """What was typed into single cells (v-name) as values; what could not be read, with the reason."""
        values, faults = {}, {}
        for name, field in self.fields.items():
            if f"v-{name}" not in data or name not in CELLS or field.disabled:
                continue
            try:
                value = field.clean(field.widget.value_from_datadict({name: data[f"v-{name}"]}, {}, name))
                values[name] = _phone(value) if name == "phone" else value
            except forms.ValidationError as fault:
                faults[name] = fault.messages[0]
        return values, faults

    def clean(self):
        typed = super().clean()
        for name, value in self.least.items():
            if typed.get(name) is not None and typed[name] < value:
                self.add_error(name, f"不能少于平台已统计的 {value}。")
        return typed

    def shown(self, *, afresh: bool = False) -> dict[str, str]:
        """What stood in each cell when the page was made, as sent along; `afresh` from the draft itself."""
        if self.is_bound and not afresh:
            return {name: self.data[f"s-{name}"] for name in CELLS if f"s-{name}" in self.data}
        stands = Application.objects.get(pk=self.instance.pk)
        return {
            name: cell_text(stands, name)
            for name, field in self.fields.items()
            if name in CELLS and not field.disabled
        }

    def parts(self) -> list[tuple[str, list]]:
        """(heading, bound fields) in the order of the page."""
        return [(label, [self[name] for name in names if name in self.fields]) for label, names in PARTS]


class FileForm(forms.Form):
    """A file and what it proves."""

    proves = forms.ChoiceField(label="证明事项")
    file = forms.FileField(label="文件", help_text="PDF、Word、Excel、PPT 或图片，每个不超过 20 MB。")
    is_blind = forms.BooleanField(
        label="匿名件：不含单位名称、人员姓名和代码，供评委查看（限图片；文档请导出为图片）", required=False
    )

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["proves"].choices = choices


class RecommendForm(forms.Form):
    """A district's place and opinion for an application."""

    rank = forms.IntegerField(label="本区排序", min_value=1, max_value=999)
    opinion = forms.CharField(label="推荐意见", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def clean_opinion(self):
        return clean_text(self.cleaned_data["opinion"], multiline=True)


class ReturnForm(ReasonForm):
    """A reason, and a word on single fields (field → remark)."""

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        self.fields["note"].label = "退回的理由"

    @property
    def remarks(self) -> dict[str, str]:
        known = {*TYPED, "category", "files"}
        typed = {name: self.data.get(f"remark-{name}", "")[:300] for name in known}
        return {name: text.replace("\0", "") for name, text in typed.items() if text.strip()}


class GateForm(forms.Form):
    """What was found of each gate, in one form: met or not, and why not."""

    def __init__(self, data=None, *, states, **kwargs):
        super().__init__(data, **kwargs)
        self.states = states
        for row in states:
            gate, finding = row["gate"], row["finding"]
            initial = "" if finding is None else ("yes" if finding.is_met else "no")
            if finding is None and row["computed"] is not None:
                initial = "yes" if row["computed"] else "no"
            self.fields[f"met-{gate.pk}"] = forms.ChoiceField(
                label=gate.name,
                choices=[("yes", "符合"), ("no", "不符合")],
                widget=forms.RadioSelect,
                initial=initial,
                help_text=row["words"],
            )
            self.fields[f"note-{gate.pk}"] = forms.CharField(
                label=f"“{gate.name}”说明",
                max_length=300,
                required=False,
                initial=finding.note if finding else row["words"],
            )

    def clean(self):
        typed = super().clean()
        for row in self.states:
            key = row["gate"].pk
            if typed.get(f"met-{key}") == "yes" and row["computed"] is False:
                self.add_error(f"met-{key}", "填报数据低于门槛，不能判为符合。")
            if typed.get(f"met-{key}") == "no" and not typed.get(f"note-{key}"):
                self.add_error(f"note-{key}", "不符合，请写明原因。")
        return typed

    @property
    def findings(self) -> dict[int, tuple[bool, str]]:
        data = self.cleaned_data
        return {
            row["gate"].pk: (data[f"met-{row['gate'].pk}"] == "yes", data[f"note-{row['gate'].pk}"])
            for row in self.states
        }
