"""The shape of what a person typed into a return, a report, an edition of the index. A form never saves."""

import json
from collections.abc import Iterable
from decimal import Decimal

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from indicators.actions.editions import terms_of, words_of
from indicators.actions.returns import Typed
from indicators.models import (
    YEARLY_FORM,
    Edition,
    IndicatorVersion,
    LiteracyResult,
    LiteracySurvey,
    Node,
    ReturnCell,
    Settlement,
    StatForm,
    WeightOpinion,
)
from indicators.queries.annual import Names
from portal.fields import Words
from portal.identifiers import check_document_number, clean_text
from portal.regions import Region
from portal.sheets import SHEET_LIMITS

LONGEST_TEXT, LONGEST_NOTE = 200, 200
NO_SUCH_DISTRICT = "没有这个区，请写区的全称，如“南山区”。"


def typed_cells(data: QueryDict, keys: Iterable[str]) -> dict[str, Typed]:
    """What was typed into each cell of the grid, and what its page had shown there.

    Where somebody else was faster, the choice "mine" stands on the newer state, "theirs" leaves the cell.
    """
    found = {}
    for key in keys:
        choice = data.get(f"r-{key}", "")
        if f"v-{key}" not in data or choice == "theirs":
            continue
        seen = _seen(data.get(f"c-{key}" if choice == "mine" else f"s-{key}", ""))
        found[key] = Typed(
            text=clean_text(data[f"v-{key}"])[:LONGEST_TEXT],
            note=clean_text(data.get(f"n-{key}", seen[2]))[:LONGEST_NOTE],
            seen_version=seen[0],
            seen_text=seen[1],
            seen_note=seen[2],
        )
    return found


def _seen(text: str) -> tuple[int, str, str]:
    """Version, text and note that the page had shown; an unreadable one is older than everything."""
    try:
        version, shown, note = json.loads(text)
        return int(version), str(shown), str(note)
    except (ValueError, TypeError, RecursionError):
        return -1, "", ""


def seen(cell: ReturnCell) -> str:
    """What the page carries along of a cell as it shows it."""
    return json.dumps([cell.version, cell.text, cell.note], ensure_ascii=False)


class RemarkForm(forms.Form):
    """One sentence about one cell."""

    key = forms.CharField(max_length=10, widget=forms.HiddenInput)
    text = forms.CharField(label="意见", max_length=200)


class SettleForm(forms.Form):
    """Which of two figures stands, and why."""

    key = forms.CharField(max_length=10, widget=forms.HiddenInput)
    choice = forms.ChoiceField(label="核定", choices=Settlement.Choice)
    note = Words(label="理由", max_length=300)


class ExtendForm(forms.Form):
    """Until when one reporter has time, and why."""

    to = forms.DateField(label="延期至", widget=forms.DateInput(attrs={"type": "date"}), help_text="含当日。")
    reason = Words(label="理由", max_length=300)


class PeriodForm(forms.Form):
    """A round to be opened."""

    form = forms.ModelChoiceField(label="报表", queryset=StatForm.objects.none(), empty_label=None)
    year = forms.IntegerField(label="统计年度", min_value=2018, max_value=2100)
    part = forms.IntegerField(
        label="期次",
        min_value=1,
        max_value=12,
        initial=1,
        required=False,
        help_text="年报不填；半年报填 1 或 2，季报填 1 至 4，月报填月份。",
    )
    opens_on = forms.DateField(label="开始填报", widget=forms.DateInput(attrs={"type": "date"}))
    due_on = forms.DateField(
        label="截止日期", widget=forms.DateInput(attrs={"type": "date"}), help_text="含当日。"
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        published = StatForm.objects.exclude(valid_from=None)
        newest = published.order_by("code", "-version").distinct("code").values("pk")
        chosen = StatForm.objects.filter(pk__in=newest).order_by("name", "pk")
        self.fields["form"].queryset = chosen
        self.fields["form"].label_from_instance = lambda form: form.name
        self.fields["form"].initial = chosen.filter(code=YEARLY_FORM).first() or chosen.first()

    def clean(self):
        data = super().clean()
        data["part"] = data.get("part") or 1
        if data.get("form") and data.get("opens_on"):
            # The version is not chosen: it is the one in force on the opening day.
            found = StatForm.objects.in_force(data["form"].code, data["opens_on"])
            if found is None:
                self.add_error("opens_on", "这一天还没有启用的版本，请改开始填报的日期。")
            else:
                data["form"] = found
        if data.get("opens_on") and data.get("due_on") and data["due_on"] < data["opens_on"]:
            self.add_error("due_on", "截止日期不能早于开始填报日期。")
        return data


def number(text: str) -> int:
    """A key that came with a form; 0, which nothing has, for what is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


class PasteForm(forms.Form):
    """A block copied from a spreadsheet: code and figure in each line, or figures alone from one item on."""

    block = forms.CharField(  # tabs part the columns: not cleaned as other text is
        label="粘贴内容",
        max_length=40_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="每行一项：代码和数，用制表符、逗号或空格隔开；也可只粘贴一列数，从“起始项目”依次往下填。",
    )
    start = forms.ChoiceField(label="起始项目", required=False)

    def __init__(self, *args, items: Iterable, **options):
        super().__init__(*args, **options)
        self.fields["start"].choices = [(item.key, str(item)) for item in items]


class SheetForm(forms.Form):
    """A workbook of this return, filled elsewhere."""

    sheet = forms.FileField(label="填好的工作簿", help_text=SHEET_LIMITS.sentence)


class FormSheetForm(forms.Form):
    """A workbook of a form's next version."""

    sheet = forms.FileField(
        label="新版工作簿", help_text=f"先下载现行版本，在其上修改。{SHEET_LIMITS.sentence}"
    )
    basis = Words(
        label="依据", max_length=200, required=False, help_text="改版所据的文件；不填则与上一版相同。"
    )


class PublishFormForm(forms.Form):
    """From which day on a form's version is the one in force."""

    valid_from = forms.DateField(
        label="启用日期",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="这一天起开始填报的用新版；以前各期仍按原版。",
    )


class ReportForm(forms.Form):
    """A year's annual report to be begun, of the city or of a district."""

    region = forms.ModelChoiceField(label="报告范围", queryset=Region.objects.none(), empty_label=None)
    year = forms.TypedChoiceField(label="年度", coerce=int)
    corrections = forms.CharField(
        label="更正说明",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="本年度已发布过报告时必填：写明更正了什么。",
    )

    def __init__(self, *args, years: Iterable[int], regions: QuerySet, **options):
        super().__init__(*args, **options)
        self.fields["year"].choices = [(year, f"{year}年") for year in years]
        self.fields["region"].queryset = regions


class PartForm(forms.Form):
    """The words of one part of a report; a figure by a name that gives none is refused."""

    title = Words(label="标题", max_length=40)
    text = Words(
        label="文字",
        max_length=8000,
        required=False,
        lines=12,
        help_text="每行一段，放在本章开头；以“# ”开头的行是小标题。数字写成名称，如 {{项目.KH111}}，"
        "编排时自动取数，与表中一致。",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args, names: Names, **options):
        super().__init__(*args, **options)
        self.names = names

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        faults = self.names.faults(text)
        if faults:
            raise forms.ValidationError(faults[:10])
        return text


class WordsForm(forms.Form):
    """A part of words only, to be added."""

    title = Words(label="标题", max_length=40)


class LetterForm(forms.Form):
    """Number and addressees of the letter that goes with a report. Basis: GB/T 9704-2012."""

    number = Words(label="发文字号", max_length=40, help_text="例如：深科协〔2026〕12号。")
    recipient = Words(
        label="主送机关", max_length=200, help_text="例如：各区科协，市科普工作联席会议各成员单位。"
    )
    copies = Words(label="抄送", max_length=200, required=False)

    def clean_number(self) -> str:
        try:
            return check_document_number(self.cleaned_data["number"])
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from None


class PartRemarkForm(forms.Form):
    """One remark about a part of a report in review, or about one table or chart of it."""

    place = forms.ChoiceField(label="位置", required=False)
    text = Words(label="意见", max_length=300, lines=2)

    def __init__(self, *args, places: Iterable[str], **options):
        super().__init__(*args, **options)
        self.fields["place"].choices = [("", "整章"), *((place, place) for place in places)]


class ReplyForm(forms.Form):
    """What was done about a remark."""

    reply = Words(label="处理结果", max_length=300)


class SaveTableForm(forms.Form):
    """A table's name, and whether everybody sees it; the question itself comes from the address."""

    name = Words(label="名称", max_length=30)
    is_shared = forms.BooleanField(label="公开，列入常用表", required=False)

    def __init__(self, *args, may_share: bool, **options):
        super().__init__(*args, **options)
        if not may_share:
            del self.fields["is_shared"]


class GapIndicatorsForm(forms.Form):
    indicators = forms.MultipleChoiceField(
        label="对应指标", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, indicators: list[IndicatorVersion], **options):
        super().__init__(*args, **options)
        self.fields["indicators"].choices = [(one.code, f"{one.name}（{one.unit}）") for one in indicators]


class LiteracySurveyForm(forms.ModelForm):
    """A survey as its publication describes it."""

    class Meta:
        model = LiteracySurvey
        fields = ("code", "year", "name", "organiser", "population", "method", "source", "note", "is_sample")


class LiteracyResultForm(forms.ModelForm):
    """One share that a survey found; its region follows from the place."""

    position = forms.IntegerField(label="次序", required=False, min_value=0, max_value=999)

    class Meta:
        model = LiteracyResult
        fields = ("survey", "area_kind", "area", "group_kind", "group", "percent", "sample_size", "margin")
        fields += ("rank_note", "position")

    def clean_position(self):
        return self.cleaned_data["position"] or 0

    def clean(self):
        data = super().clean()
        is_district = data.get("area_kind") == LiteracyResult.Area.DISTRICT
        if is_district and not Region.objects.districts().filter(name=data.get("area", "")).exists():
            self.add_error("area", NO_SUCH_DISTRICT)
        return data


# ---------------------------------------------------------------- the index


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
