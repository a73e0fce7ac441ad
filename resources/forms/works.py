"""Works as people type them: calls and their criteria, applications and budgets, reviews, decisions."""

import uuid

from django import forms
from django.core.exceptions import ValidationError

from portal.fields import RecordByName, Words
from portal.files import UploadField
from portal.roles import Perm
from resources.actions.works import WANTED, Line, Standard
from resources.forms.fields import OrganizationField
from resources.models import (
    Audience,
    Need,
    ResourceKind,
    SourceAsset,
    Topic,
    WorkApplication,
    WorkCall,
    WorkReview,
)
from resources.queries.works import criteria_of
from resources.rules.works import LADDER_EXAMPLE, WHOLE, read_ladder, written_ladder

MOST_STANDARDS, MOST_LINES = 10, 20
# What a new call starts from; a person changes it as the call asks.
USUAL = (("科学性", 30), ("创新性", 25), ("传播价值", 25), ("可行性与预算", 20))


def moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Yuan(forms.DecimalField):
    """An amount of money with at most two decimals."""

    def __init__(self, *, label: str, **options):
        super().__init__(label=f"{label}（元）", max_digits=12, decimal_places=2, min_value=0, **options)


# --- Calls ----------------------------------------------------------------------------------------


class CallForm(forms.ModelForm):
    """A call; its criteria are a set of forms beside it."""

    kinds = forms.MultipleChoiceField(label="征集的作品类型", widget=forms.CheckboxSelectMultiple)
    audiences = forms.MultipleChoiceField(
        label="面向人群", choices=Audience, widget=forms.CheckboxSelectMultiple
    )
    topics = forms.ModelMultipleChoiceField(
        label="科普主题",
        queryset=Topic.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选为主题不限。",
    )
    need = forms.ModelChoiceField(
        label="回应的需求（编号）",
        queryset=Need.objects.none(),
        required=False,
        widget=forms.NumberInput,
        help_text="为无人对接的需求征集作品时填写，编号见需求页面。",
        error_messages={"invalid_choice": "没有这个编号的需求，请核对。"},
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = WorkCall
        fields = (
            "title",
            "year",
            "summary",
            "rules",
            "kinds",
            "audiences",
            "topics",
            "need",
            "opens_at",
            "closes_at",
            "budget_yuan",
            "most_yuan",
            "review_days",
            "spread_limit",
        )
        widgets = {
            "rules": forms.Textarea(attrs={"rows": 10}),
            "opens_at": moment(),
            "closes_at": moment(),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = list(
            ResourceKind.objects.current().order_by("position", "code").values_list("code", "name")
        )
        self.fields["need"].queryset = Need.objects.all()
        self.fields["topics"].queryset = Topic.objects.filter(
            is_active=True, group=Topic.Group.COMMON
        ).order_by("position", "pk")
        if self.instance.pk:
            self.fields["seen"].initial = self.instance.revision


class StandardForm(forms.Form):
    """One criterion with its share and its ladder."""

    name = Words(label="评审标准", max_length=60, required=False)
    weight = forms.IntegerField(label="权重（%）", min_value=1, max_value=100, required=False)
    ladder = Words(
        label="评分档",
        lines=4,
        max_length=800,
        required=False,
        help_text="每行一档，先写分值（百分制），空一格写说明。",
    )

    def clean_ladder(self):
        try:
            return read_ladder(self.cleaned_data["ladder"])
        except ValueError as fault:
            raise ValidationError(str(fault)) from fault

    def clean(self):
        typed = super().clean()
        if not self.errors and typed.get("name"):
            if not typed.get("weight"):
                self.add_error("weight", "请填写权重。")
            if len(typed.get("ladder", ())) < 2:
                self.add_error("ladder", "请至少写两个评分档。")
        return typed


class BaseStandards(forms.BaseFormSet):
    """The criteria in their order; rows without a name are left out."""

    @property
    def standards(self) -> list[Standard]:
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("name")]
        return [Standard(row["name"], row["weight"], row["ladder"]) for row in rows]

    def clean(self):
        if any(self.errors):
            return
        names = [row.name for row in self.standards]
        if len(set(names)) < len(names):
            raise ValidationError("评审标准不能重名。")
        weight = sum(row.weight for row in self.standards)
        if weight != WHOLE:
            raise ValidationError(f"各项权重之和应为 100%，现在是 {weight}%。")


StandardSet = forms.formset_factory(
    StandardForm, formset=BaseStandards, extra=2, max_num=MOST_STANDARDS, absolute_max=MOST_STANDARDS
)


def standards_of(call: WorkCall | None) -> list[dict]:
    """The criteria of a call, or the usual ones, as the forms show them."""
    if call is None:
        return [{"name": name, "weight": weight, "ladder": LADDER_EXAMPLE} for name, weight in USUAL]
    return [
        {
            "name": row.name,
            "weight": row.weight,
            "ladder": written_ladder((rung.points, rung.words) for rung in row.rungs.all()),
        }
        for row in criteria_of(call)
    ]


# --- Applications ---------------------------------------------------------------------------------


class ApplicationForm(forms.ModelForm):
    """An application, at whatever point it is; the budget is a set of forms beside it."""

    asset = RecordByName(
        label="关联的科技资源",
        queryset=SourceAsset.objects.none(),
        by="title",
        required=False,
        help_text="由实验室、科技成果或财政资助项目转化的，填写本单位已登记的名称。",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = WorkApplication
        fields = (
            "organization",
            "person",
            "title",
            "kind",
            "abstract",
            "plan",
            "people",
            "schedule",
            "asset",
            "requested_yuan",
            "contact",
            "contact_phone",
        )
        widgets = {
            "abstract": forms.Textarea(attrs={"rows": 4}),
            "plan": forms.Textarea(attrs={"rows": 8}),
            "people": forms.Textarea(attrs={"rows": 4}),
            "schedule": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args, user, call: WorkCall, **kwargs):
        super().__init__(*args, **kwargs)
        units = user.organizations_for(Perm.WORK_APPLY).select_related("region").order_by("name", "pk")
        self.fields["organization"].queryset = units
        self.fields["organization"].label = "申报单位"
        self.fields["organization"].required = True
        self._mark(wanted=True)
        self.fields["kind"].queryset = ResourceKind.objects.current().filter(code__in=call.kinds)
        self.fields["asset"].queryset = SourceAsset.objects.for_user(user, Perm.WORK_APPLY).order_by(
            "title", "pk"
        )
        self.fields["abstract"].help_text = "简介、方案和进度会给评审专家看，请不要写单位和人员名称。"
        self.fields["requested_yuan"].help_text = f"每项最高 {call.most_yuan:,.2f} 元，应等于预算明细之和。"
        if self.instance.pk:
            self.fields["seen"].initial = self.instance.revision
            self.fields["key"].initial = self.instance.key
            self.fields["organization"].disabled = True
            return
        self.fields["key"].initial = uuid.uuid4
        if len(units) == 1 and not self.is_bound:  # what the portal knows is filled in
            unit = units[0]
            self.initial |= {"organization": unit, "contact": unit.contact, "contact_phone": unit.phone}

    def full_clean(self):
        """What is wanted for handing in may be left out of a draft; the page marks it all the same."""
        self._mark(wanted=False)
        super().full_clean()
        self._mark(wanted=True)

    def _mark(self, *, wanted: bool) -> None:
        for name in WANTED:
            self.fields[name].required = wanted

    def clean_title(self):
        return " ".join(self.cleaned_data["title"].split())


class LineForm(forms.Form):
    """One line of a budget."""

    item = Words(label="支出项目", max_length=60, required=False)
    amount_yuan = Yuan(label="金额", required=False)

    def clean(self):
        typed = super().clean()
        if not self.errors and bool(typed.get("item")) != bool(typed.get("amount_yuan")):
            name = "amount_yuan" if typed.get("item") else "item"
            self.add_error(name, "支出项目和金额应同时填写，金额应大于 0。")
        return typed


class BaseLines(forms.BaseFormSet):
    @property
    def lines(self) -> list[Line]:
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("item")]
        return [Line(row["item"], row["amount_yuan"]) for row in rows]


LineSet = forms.formset_factory(
    LineForm, formset=BaseLines, extra=4, max_num=MOST_LINES, absolute_max=MOST_LINES
)


def lines_of(application: WorkApplication | None) -> list[dict]:
    if application is None:
        return []
    return list(application.budget_lines.order_by("position").values("item", "amount_yuan"))


class FileForm(forms.Form):
    file = UploadField(label="附件", help_text="PDF、Office 文档或图片，不超过 20 MB。")
    title = Words(label="附件说明", max_length=80)
    is_blind = forms.BooleanField(
        label="可供评审",
        required=False,
        help_text="文件内已隐去单位和人员名称。不勾选的，评审专家看不到。",
    )


# --- Reviews and decisions ------------------------------------------------------------------------


class AssignForm(forms.Form):
    """One list of experts for each open seat."""

    def __init__(self, *args, seats: list[int], experts, **kwargs):
        super().__init__(*args, **kwargs)
        self.seats = seats
        for seat in seats:
            field = forms.ModelChoiceField(
                label="第三份评审" if seat == 3 else f"专家 {seat}", queryset=experts, empty_label="请选择"
            )
            field.label_from_instance = lambda expert: f"{expert.name}（在评 {expert.waiting} 项）"
            self.fields[f"seat_{seat}"] = field

    @property
    def reviewers(self) -> list:
        return [self.cleaned_data[f"seat_{seat}"] for seat in self.seats]

    def clean(self):
        typed = super().clean()
        chosen = [typed.get(f"seat_{seat}") for seat in self.seats]
        if None not in chosen and len({person.pk for person in chosen}) < len(chosen):
            self.add_error(f"seat_{self.seats[-1]}", "两位专家不能是同一人，请另选。")
        return typed


class ReviewForm(forms.Form):
    """The ladder of each criterion, and what the reviewer writes; everything may be left for later."""

    def __init__(self, *args, review: WorkReview, hands_in: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.hands_in = hands_in
        self.criteria = criteria_of(review.application.call)
        chosen = dict(review.scores.values_list("criterion", "rung"))
        for row in self.criteria:
            self.fields[f"c_{row.pk}"] = forms.ChoiceField(
                label=f"{row.name}（{row.weight}%）",
                choices=[(str(rung.pk), str(rung)) for rung in row.rungs.all()],
                widget=forms.RadioSelect,
                error_messages={"required": "请打分。"},
                initial=str(chosen[row.pk]) if row.pk in chosen else None,
            )
        self.fields["opinion"] = Words(
            label="评审意见",
            lines=6,
            max_length=2000,
            initial=review.opinion,
            error_messages={"required": "请写明评审意见。"},
            help_text="优点、问题和建议。",
        )

    @property
    def rungs(self) -> list:
        """The rungs chosen so far."""
        found = {str(rung.pk): rung for row in self.criteria for rung in row.rungs.all()}
        chosen = [self.cleaned_data.get(f"c_{row.pk}") for row in self.criteria]
        return [found[key] for key in chosen if key]

    def full_clean(self):
        """What is wanted in the end may be left out of a draft; the page marks it all the same."""
        self._mark(wanted=self.hands_in)
        super().full_clean()
        self._mark(wanted=True)

    def _mark(self, *, wanted: bool) -> None:
        for field in self.fields.values():
            field.required = wanted


class InterestForm(forms.Form):
    organization = OrganizationField(label="回避单位", max_length=120, help_text="填写单位全称。")
    reason = Words(label="回避原因", max_length=200, help_text="任职、亲属、经济往来等。")


class SupportForm(forms.Form):
    amount = Yuan(label="批准经费")
    reason = Words(label="决定理由", lines=3, max_length=500)

    def clean_amount(self):
        if not self.cleaned_data["amount"]:
            raise ValidationError("批准经费应大于 0。")
        return self.cleaned_data["amount"]
