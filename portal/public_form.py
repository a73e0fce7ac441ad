"""What keeps machines out of forms that anybody may send: a question in words, an empty field, a limit."""

from django import forms

from portal import plain_question
from portal.errors import Refused


class Decoy(forms.BoundField):
    """A field out of sight."""

    def css_classes(self, extra_classes=None):
        return "visually-hidden"


class PublicForm(forms.Form):
    """A form that anybody may send. Whoever is signed in (`person`) or came by a signed link is not asked."""

    answer = forms.CharField(label="验证问题", max_length=10)
    # People do not see this field; machines fill it in.
    homepage = forms.CharField(
        label="请留空",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
        bound_field_class=Decoy,
    )
    token = forms.CharField(label="验证码", widget=forms.HiddenInput)

    def __init__(self, data=None, *args, person=None, by_link=False, **kwargs):
        question, token = plain_question.ask()
        kwargs["initial"] = {**(kwargs.get("initial") or {}), "token": token}
        super().__init__(data, *args, **kwargs)
        if by_link or (person is not None and person.is_authenticated):
            for name in ("answer", "homepage", "token"):
                del self.fields[name]
        else:
            self.fields["answer"].help_text = question if data is None else self._question(data, question)

    def _question(self, data, question: str) -> str:
        """The question that was asked; a new one where the old one is stale or forged."""
        try:
            return plain_question.words_of(data.get("token", ""))
        except Refused:
            self.data = self.data.copy()
            self.data["token"] = self.initial["token"]
            self.data["answer"] = ""
            return question

    def clean_homepage(self):
        if self.cleaned_data["homepage"]:
            raise forms.ValidationError("请将此项留空。")
        return ""

    def clean(self):
        typed = super().clean()
        token, answer = typed.get("token"), typed.get("answer")
        if token and answer:
            try:
                right = plain_question.is_right(token, answer)
            except Refused as refusal:
                self.add_error("answer", str(refusal))
            else:
                if not right:
                    self.add_error("answer", "回答不正确，请看清问题后重新填写。")
        return typed
