"""A sheet, a visit, an objection and what staff decides, as typed."""

from decimal import Decimal

from django import forms

from outreach.models import Application, Objection, Round, SiteVisit
from outreach.scoring import LADDER, plain
from portal.fields import Words
from portal.identifiers import clean_text
from portal.public_form import PublicForm


class SheetForm(forms.Form):
    """One member's sheet: points and a reason for each line that the panel scores."""

    opinion = forms.CharField(
        label="评审意见", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, criteria, scores, **kwargs):
        super().__init__(data, **kwargs)
        self.lines = [row for row in criteria if row.plain().is_scored]
        for row in self.lines:
            kept = scores.get(row.code)
            self.fields[f"points-{row.code}"] = self._field(row, kept)
            self.fields[f"note-{row.code}"] = forms.CharField(
                label=f"{row.code} 的理由",
                max_length=300,
                required=False,
                initial=kept.note if kept else "",
            )

    def _field(self, row, kept):
        initial = plain(kept.points) if kept else ""
        label = f"{row.code} {row.name}（{plain(row.points)} 分）"
        help_text = " ".join(part for part in (row.guide, row.evidence and f"佐证：{row.evidence}") if part)
        if row.how == LADDER:
            return forms.ChoiceField(
                label=label,
                required=False,
                initial=initial,
                choices=[("", "请选择"), *((plain(step), f"{plain(step)} 分") for step in row.ladder)],
                help_text=help_text,
            )
        return forms.DecimalField(
            label=label,
            required=False,
            initial=initial,
            min_value=0,
            max_value=row.points,
            max_digits=5,
            decimal_places=1,
            step_size=Decimal("0.5"),
            help_text=f"{help_text} 0 至 {plain(row.points)} 分，0.5 分一档。".strip(),
        )

    def clean_opinion(self):
        return clean_text(self.cleaned_data["opinion"], multiline=True)

    @property
    def points(self) -> dict[str, Decimal | None]:
        typed = {row.code: self.cleaned_data.get(f"points-{row.code}") for row in self.lines}
        return {code: None if value in (None, "") else Decimal(value) for code, value in typed.items()}

    @property
    def notes(self) -> dict[str, str]:
        return {row.code: self.cleaned_data.get(f"note-{row.code}", "") for row in self.lines}

    def rows(self) -> list[tuple]:
        """(group, points, note) of each line, in the order of the form."""
        return [(row.group, self[f"points-{row.code}"], self[f"note-{row.code}"]) for row in self.lines]


class VisitForm(forms.Form):
    """The checklist of a site visit."""

    visited_on = forms.DateField(
        label="核查日期", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    measured_area = forms.IntegerField(
        label="实测展教面积（平方米）", required=False, min_value=0, max_value=1_000_000
    )
    summary = forms.CharField(
        label="核查意见", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, items, answers, **kwargs):
        super().__init__(data, **kwargs)
        self.items = items
        for item in items:
            answer, note = answers.get(item["code"]) or ["", ""]
            self.fields[f"answer-{item['code']}"] = forms.ChoiceField(
                label=item["name"],
                choices=SiteVisit.Answer.choices,
                required=False,
                initial=answer,
                widget=forms.RadioSelect,
            )
            self.fields[f"note-{item['code']}"] = forms.CharField(
                label=f"“{item['name']}”说明", max_length=300, required=False, initial=note
            )

    @property
    def answers(self) -> dict[str, tuple[str, str]]:
        data = self.cleaned_data
        return {
            item["code"]: (data.get(f"answer-{item['code']}", ""), data.get(f"note-{item['code']}", ""))
            for item in self.items
        }

    def rows(self) -> list[tuple]:
        return [(self[f"answer-{item['code']}"], self[f"note-{item['code']}"]) for item in self.items]


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label="照片",
        help_text="JPG、PNG 或 WebP；拍摄地点和设备信息会被去掉。",
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    hides_name = forms.BooleanField(label="照片中看不到单位名称，可供评委查看", required=False)


class ExtraForm(forms.Form):
    """Bonus and deductions: how often, on what proof."""

    def __init__(self, data=None, *, rules, found, **kwargs):
        super().__init__(data, **kwargs)
        self.rules = list(rules)
        for rule in self.rules:
            kept = found.get(rule.pk)
            sign = "扣" if rule.is_deduction else "加"
            most = f"，最多{sign} {plain(rule.most)} 分" if rule.most else ""
            self.fields[f"times-{rule.pk}"] = forms.IntegerField(
                label=f"{rule.name}（次）",
                min_value=0,
                max_value=99,
                initial=kept.times if kept else 0,
                help_text=f"每次{sign} {plain(rule.points)} 分{most}。",
            )
            self.fields[f"note-{rule.pk}"] = forms.CharField(
                label=f"“{rule.name}”依据", max_length=300, required=False, initial=kept.note if kept else ""
            )

    def clean(self):
        typed = super().clean()
        for rule in self.rules:
            if typed.get(f"times-{rule.pk}") and not typed.get(f"note-{rule.pk}"):
                self.add_error(f"note-{rule.pk}", "请写明依据。")
        return typed

    @property
    def found(self) -> dict[int, tuple[int, str]]:
        data = self.cleaned_data
        return {rule.pk: (data[f"times-{rule.pk}"], data[f"note-{rule.pk}"]) for rule in self.rules}


class RoundStepForm(forms.Form):
    """What a step of the decision asks for; most ask for nothing."""

    def __init__(self, data=None, *, round: Round):
        super().__init__(data)
        self.round = round


class NoticeForm(RoundStepForm):
    starts_on = forms.DateField(
        label="公示开始日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="不填为今天；截止日期按工作日自动计算，调休上班日计入。",
    )


class DueForm(RoundStepForm):
    due_on = forms.DateField(
        label="评分截止日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="含当日；不填按认定方案的评分期限计算。",
    )


class MoveDueForm(RoundStepForm):
    due_on = forms.DateField(
        label="评分截止日期改为",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="含当日；适用于所有未提交的评分表，并通知评委。",
    )


class CaseChoice(forms.ModelChoiceField):
    def label_from_instance(self, case) -> str:
        return case.organization.name


class CaseForm(RoundStepForm):
    """One case of the round."""

    case = CaseChoice(label="单位", queryset=Application.objects.none(), empty_label="请选择")

    def __init__(self, data=None, *, round: Round):
        super().__init__(data, round=round)
        rows = Application.objects.filter(round=round).exclude(status=Application.Status.DRAFT)
        rows = rows.select_related("organization", "region", "round__scheme", "round__form")
        self.fields["case"].queryset = rows.order_by("place", "pk")


class CaseReasonForm(CaseForm):
    """One case of the round, and why."""

    note = Words(label="理由", max_length=300, lines=3, error_messages={"required": "请填写理由。"})


class MoveUpForm(RoundStepForm):
    note = Words(
        label="递补的理由", max_length=300, lines=3, error_messages={"required": "请填写递补的理由。"}
    )


def _grounds(kind: str) -> list[tuple[str, str]]:
    return [(code, Objection.Ground(code).label) for code in Objection.GROUNDS[kind]]


class ContestForm(forms.Form):
    """Why a body that is not proposed asks for its case to be looked at again, with proof."""

    ground = forms.ChoiceField(label="理由", choices=_grounds(Objection.Kind.CONTEST))
    text = forms.CharField(label="事实与理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
    proof = forms.FileField(label="证明材料", help_text="PDF、Word、Excel、PPT 或图片，不超过 20 MB。")


class ObjectionForm(PublicForm):
    """What anybody says against a proposal, in writing and with proof."""

    ground = forms.ChoiceField(label="理由", choices=_grounds(Objection.Kind.OBJECTION))
    text = forms.CharField(label="事实与理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
    proof = forms.FileField(label="证明材料", help_text="PDF、Word、Excel、PPT 或图片，不超过 20 MB。")
    name = forms.CharField(label="您的姓名或单位", max_length=60, help_text="只用于核实和答复，不公开。")
    phone = forms.CharField(label="联系电话", max_length=30)

    field_order = ["ground", "text", "proof", "name", "phone", "answer", "homepage", "token"]


class AnswerForm(forms.Form):
    is_upheld = forms.ChoiceField(
        label="结论", choices=[("no", "异议不成立"), ("yes", "异议成立")], widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label="处理决定和依据", max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )

    def clean_answer(self):
        return clean_text(self.cleaned_data["answer"], multiline=True)


class ContestAnswerForm(AnswerForm):
    """The answer to a body that is not proposed; where it is right, for what it is proposed after all."""

    is_upheld = forms.ChoiceField(
        label="结论",
        choices=[("no", "维持原结果"), ("yes", "申请成立，改为拟认定")],
        widget=forms.RadioSelect,
    )
    titles = forms.MultipleChoiceField(
        label="拟授称号",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="申请成立时选择。",
    )
    starts_on = forms.DateField(
        label="补充公示开始日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="申请成立时填写，不填为今天；补充公示按方案规定的工作日另行计算，期满前本批次不能作出决定。",
    )

    field_order = ["is_upheld", "titles", "starts_on", "answer"]

    def __init__(self, *args, titles, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["titles"].choices = titles
        if not titles:  # it is proposed already
            del self.fields["titles"], self.fields["starts_on"]
            self.fields["is_upheld"].choices = [("no", "维持原结果"), ("yes", "申请成立（已列入拟认定）")]

    def clean(self):
        typed = super().clean()
        if typed.get("is_upheld") == "yes" and "titles" in self.fields and not typed.get("titles"):
            self.add_error("titles", "申请成立的，请选择拟授称号。")
        return typed
