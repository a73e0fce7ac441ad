"""The shape of what a person typed about the index: editions, opinions, targets."""

from collections.abc import Iterable
from decimal import Decimal

from django import forms

from indicators.actions.editions import terms_of, words_of
from indicators.models import (
    Edition,
    IndicatorVersion,
    Node,
    WeightOpinion,
)


class NoteForm(forms.Form):
    """Why something is done; shown beside it afterwards."""

    note = forms.CharField(label="说明", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class DraftForm(forms.Form):
    """A new edition to be drafted from one there is."""

    source = forms.ModelChoiceField(label="以哪一版为底稿", queryset=Edition.objects.none())
    code = forms.RegexField(
        r"^[0-9][0-9A-Za-z.]{0,9}$",
        label="版本代码",
        max_length=10,
        help_text="如 2 或 2.1；以数字开头，只用字母、数字和点。",
        error_messages={"invalid": "请以数字开头，只用字母、数字和点，不超过 10 个字符。"},
    )
    name = forms.CharField(label="名称", max_length=40, help_text="如 深圳科普发展指数（第二版）")
    link_year = forms.IntegerField(
        label="衔接年份",
        min_value=2018,
        max_value=2100,
        help_text="新旧两版都计算的一年，发展指数在这一年接上。",
    )
    reason = forms.CharField(
        label="修订理由",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="将在版本页公开。",
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["source"].queryset = Edition.objects.adopted()

    def clean_code(self):
        code = self.cleaned_data["code"]
        if Edition.objects.filter(code=code).exists():
            raise forms.ValidationError("已有这个代码的版本，请换一个。")
        return code


class EditionForm(forms.ModelForm):
    class Meta:
        model = Edition
        fields = ["name", "draws", "goalpost_rule", "basis", "reason"]
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in ("goalpost_rule", "basis", "reason")}

    def clean_draws(self):
        draws = self.cleaned_data["draws"]
        if not 1_000 <= draws <= 20_000:
            raise forms.ValidationError("模拟次数请填 1000 至 20000。")
        return draws


class NodeForm(forms.ModelForm):
    class Meta:
        model = Node
        fields = ["name", "mean", "minimum_share"]

    def clean_minimum_share(self):
        share = self.cleaned_data["minimum_share"]
        if not 0 < share <= 1:
            raise forms.ValidationError("最低覆盖率请填大于 0、不超过 1 的数，如 0.666667。")
        return share


class TermsField(forms.CharField):
    """A numerator or denominator: codes joined by plus signs, each with a factor where units differ."""

    def __init__(self, **options):
        super().__init__(max_length=200, **options)

    def prepare_value(self, value):
        return words_of(value) if isinstance(value, list) else value

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return text
        try:
            return terms_of(text)
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from fault

    def run_validators(self, value):
        """The words were looked at when they were read; what comes of them is a list."""

    def has_changed(self, initial, data):
        return self.prepare_value(initial) != data


TERMS_HELP = (
    "如 KJ130 + KJ140；单位不同的加倍数，如 KJ121×10000；也可填常住人口、中小学生，或 1（按区平均）。"
)


class IndicatorForm(forms.ModelForm):
    numerator = TermsField(label="分子", help_text=TERMS_HELP)
    denominator = TermsField(label="分母", help_text=TERMS_HELP)

    class Meta:
        model = IndicatorVersion
        fields = [
            "name",
            "definition",
            "numerator",
            "denominator",
            "low",
            "high",
            "goalpost_basis",
            "weight",
            "is_log",
            "minimum_events",
            "link_events",
        ]


class NewIndicatorForm(IndicatorForm):
    code = forms.RegexField(
        r"^[a-z_]{2,30}$",
        label="代码",
        help_text="小写英文字母和下划线，如 science_cinemas。",
        error_messages={"invalid": "只能用小写英文字母和下划线，2 至 30 个字符。"},
    )

    class Meta(IndicatorForm.Meta):
        fields = [
            "pillar",
            "code",
            "name",
            "unit",
            "definition",
            "numerator",
            "denominator",
            "per",
            "bound",
            "low",
            "high",
            "goalpost_basis",
            "weight",
            "is_log",
            "is_count",
            "is_about_children",
            "lower_is_better",
            "levels",
            "minimum_events",
            "link_events",
        ]

    def __init__(self, *args, edition: Edition, **options):
        super().__init__(*args, **options)
        self.edition = edition
        self.fields["pillar"].queryset = edition.nodes.filter(parent__isnull=False).order_by("position")
        self.fields["high"].required = self.fields["goalpost_basis"].required = True

    def clean_code(self):
        code = self.cleaned_data["code"]
        if (
            self.edition.indicators.filter(code=code).exists()
            or self.edition.nodes.filter(code=code).exists()
        ):
            raise forms.ValidationError("本版已有这个代码，请换一个。")
        return code


class OpinionForm(forms.Form):
    """What one expert says of the weights under a node: points for each, or a judgment of each pair."""

    expert = forms.CharField(label="专家编号", max_length=20, help_text="如“专家1”，不写姓名。")

    SCALE = (
        *((str(n), f"前者重要 {n} 倍") for n in range(9, 1, -1)),
        ("1", "同样重要"),
        *((f"1/{n}", f"后者重要 {n} 倍") for n in range(2, 10)),
    )

    def __init__(self, *args, points: Iterable = (), pairs: Iterable = (), **options):
        super().__init__(*args, **options)
        for child in points:
            self.fields[f"v-{child.code}"] = forms.DecimalField(
                label=child.name, min_value=Decimal("0.01"), max_value=1000, max_digits=7, decimal_places=2
            )
        for one, other in pairs:
            self.fields[f"v-{one.code}:{other.code}"] = forms.ChoiceField(
                label=f"{one.name}，比{other.name}", choices=[("", "请选择"), *self.SCALE]
            )

    @property
    def values(self) -> dict[str, str]:
        return {name[2:]: str(value) for name, value in self.cleaned_data.items() if name.startswith("v-")}


class OpinionSheetForm(forms.Form):
    """A workbook or CSV of what experts said."""

    kind = forms.ChoiceField(label="方式", choices=WeightOpinion.Kind.choices[::-1])
    file = forms.FileField(label="文件", help_text="xlsx 或 CSV，按模板填写。")


class TargetForm(forms.Form):
    """A score or a rank to be reached."""

    score = forms.DecimalField(
        label="目标分值", required=False, min_value=1, max_value=100, max_digits=5, decimal_places=2
    )
    rank = forms.IntegerField(label="目标位次", required=False, min_value=1, max_value=99)

    def clean(self):
        data = super().clean()
        if data.get("score") is not None and data.get("rank") is not None:
            self.add_error("rank", "目标分值和目标位次只填一个。")
        return data
