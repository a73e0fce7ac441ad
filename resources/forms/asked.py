"""What keeps machines out of forms that anybody may send."""

from django import forms

from portal import plain_question
from portal.errors import Refused


class Decoy(forms.BoundField):
    """A field out of sight."""

    def css_classes(self, extra_classes=None):
        return "visually-hidden"


class AskedInPublic(forms.Form):
    """What keeps machines out of a form that anybody may send: a question in words, and an empty field."""

    answer = forms.CharField(label="验证问题", max_length=10)
    homepage = forms.CharField(
        label="请留空",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
        bound_field_class=Decoy,
    )
    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data=None, *args, **kwargs):
        question, token = plain_question.ask()
        kwargs["initial"] = {**(kwargs.get("initial") or {}), "token": token}
        super().__init__(data, *args, **kwargs)
        self.fields["answer"].help_text = question if data is None else self._question(data, question)

    def _question(self, data, question: str) -> str:
        try:
            return plain_question.words_of(data.get("token", ""))
        except Refused:
            self.data = self.data.copy()
            self.data["token"] = self.initial["token"]
            self.data["answer"] = ""
            return question

    def clean(self):
        typed = super().clean()
        if typed.get("homepage"):
            raise forms.ValidationError("请把“请留空”一栏清空后再提交。")
        if typed.get("answer") and typed.get("token") and not self._is_right(typed):
            self.add_error("answer", "答案不对，请再算一次。")
        return typed

    def _is_right(self, typed: dict) -> bool:
        try:
            return plain_question.is_right(typed["token"], typed["answer"])
        except Refused:
            return False
