"""Documents, their versions, comments and terms as typed."""

from django import forms

from outreach.models import Comment, Document, DocumentVersion, Term
from portal.identifiers import clean_text
from portal.public_form import PublicForm

_DAY = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
_HOW = (
    "按行粘贴：“第一条　……”“4.1.2　……”“附录A　……”各为一条，其余各行接在上一条之后；以 # 开头的行是章节名。"
    "没有条文、只写要点的，另起一行写“【要点】……”和“【出处】……”。"
)


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class DocumentForm(forms.ModelForm):
    class Meta:
        model = Document
        fields = ("name", "code", "kind", "level", "issuer", "summary")
        widgets = {"summary": _area(3)}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["code"].disabled = True  # stands in addresses

    def clean_name(self):
        return clean_text(self.cleaned_data["name"])


class ProposalForm(forms.ModelForm):
    """A standard that somebody would like to see."""

    reason = forms.CharField(label="立项理由", max_length=500, widget=_area(4))

    class Meta:
        model = Document
        fields = ("name", "code", "summary")
        widgets = {"summary": _area(3)}
        labels = {"name": "标准名称", "summary": "适用范围和主要内容"}


class VersionForm(forms.ModelForm):
    """The words of a version, and what is said of it."""

    text = forms.CharField(label="正文", max_length=400_000, required=False, widget=_area(24), help_text=_HOW)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = DocumentVersion
        fields = ("label", "is_whole", "note", "source")

    @property
    def values(self) -> dict:
        typed = self.cleaned_data
        return {
            name: clean_text(typed[name]) if isinstance(typed[name], str) else typed[name]
            for name in self._meta.fields
        }


class PublishForm(forms.Form):
    """From when a version is in force."""

    document_number = forms.CharField(label="文号或标准编号", max_length=60, required=False)
    issued_on = forms.DateField(label="发布日期", required=False, **_DAY)
    in_force_from = forms.DateField(
        label="施行日期", required=False, help_text="前一版本自当日起失效。", **_DAY
    )
    dates_note = forms.CharField(
        label="日期说明", max_length=100, required=False, help_text="施行日期不明时必填。"
    )

    def clean(self):
        typed = super().clean()
        is_said = "in_force_from" in self.errors or typed.get("in_force_from")
        if not is_said and not typed.get("dates_note", "").strip():
            self.add_error("in_force_from", "请填写施行日期；日期不明的，请写日期说明。")
        return typed


class EndForm(forms.Form):
    on = forms.DateField(label="失效日期", help_text="自当日起不再施行。", **_DAY)
    note = forms.CharField(label="失效依据", max_length=300)


class RoundForm(forms.Form):
    closes_on = forms.DateField(label="截止日期", help_text="含当日。", **_DAY)
    note = forms.CharField(label="征求意见说明", max_length=500, required=False, widget=_area(3))


class ReasonForm(forms.Form):
    note = forms.CharField(label="理由", max_length=300)


class CommentForm(PublicForm):
    """What somebody says of a draft."""

    article = forms.ChoiceField(label="条款", required=False)
    text = forms.CharField(
        label="意见",
        max_length=1_000,
        widget=_area(6),
        help_text="请写明建议怎样修改和理由。意见与答复会公开，请不要写个人信息。",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    field_order = ["article", "text", "answer"]

    def __init__(self, data=None, *args, labels, **kwargs):
        super().__init__(data, *args, **kwargs)
        self.fields["article"].choices = [("", "对全文"), *((label, label) for label in labels)]


class AnswerCommentForm(forms.Form):
    verdict = forms.ChoiceField(label="处理结果", choices=Comment.Verdict.choices, widget=forms.RadioSelect)
    text = forms.CharField(label="答复", max_length=1_000, widget=_area(5))


class TermForm(forms.ModelForm):
    class Meta:
        model = Term
        fields = ("term", "code", "definition", "source", "document", "anchor")
        widgets = {"definition": _area(5)}
        help_texts = {"anchor": "条款的编号，如 26 或 2.2.1；不填则链接到全文。"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["document"].queryset = Document.objects.public().order_by("name", "pk")
        if self.instance.pk:
            self.fields["code"].disabled = True
