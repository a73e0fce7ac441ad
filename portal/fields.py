"""Form fields and forms that many pages share: text as it is kept, one record typed by its name, a note."""

from django import forms
from django.core.exceptions import ValidationError

from portal.identifiers import clean_text

MOST_OPTIONS = 200


class Words(forms.CharField):
    """Text as the portal keeps it: trimmed, without unseen characters."""

    def __init__(self, *, lines: int = 0, **options):
        self.lines = lines
        widget = forms.Textarea(attrs={"rows": lines}) if lines else forms.TextInput
        super().__init__(widget=options.pop("widget", widget), **options)

    def to_python(self, value):
        value = super().to_python(value)
        return clean_text(value, multiline=bool(self.lines)) if value else value


class NoteForm(forms.Form):
    """What somebody may say with a decision."""

    note = Words(label="意见", max_length=500, required=False, lines=3)


class ReasonForm(forms.Form):
    """Why something is done that does not go without a reason."""

    note = Words(label="理由", max_length=300, lines=3, error_messages={"required": "请填写理由。"})


class NameInput(forms.TextInput):
    """A text field with suggestions; works without script."""

    template_name = "portal/name_input.html"

    def __init__(self, options, attrs=None):
        super().__init__({"autocomplete": "off", **(attrs or {})})
        self.options = options

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["options"] = self.options()
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}_list"
        return context


class RecordByName(forms.CharField):
    """One record of `queryset`, chosen by typing its `by` field; the first 200 are suggested.

    Raises ValidationError for a name that nobody or more than one has.
    """

    def __init__(self, *, queryset, by: str, **kwargs):
        self.queryset = queryset
        self.by = by
        super().__init__(widget=NameInput(self._options), max_length=200, **kwargs)

    def __deepcopy__(self, memo):
        copy = super().__deepcopy__(memo)
        copy.widget.options = copy._options
        return copy

    def _options(self) -> list[str]:
        return list(self.queryset.values_list(self.by, flat=True)[:MOST_OPTIONS])

    def prepare_value(self, value):
        if isinstance(value, int):
            return self.queryset.model._base_manager.filter(pk=value).values_list(self.by, flat=True).first()
        # Typed text stays as typed: a text has attributes of its own, `title` among them.
        return getattr(value, self.by) if isinstance(value, self.queryset.model) else value

    def clean(self, value):
        typed = super().clean(value)
        if not typed:
            return None
        found = list(self.queryset.filter(**{self.by: typed})[:2])
        if not found:
            raise ValidationError(f"没有找到“{typed}”，请从提示中选择，或核对名称。")
        if len(found) > 1:
            raise ValidationError(f"有多个“{typed}”，请联系市科协核对后再选。")
        return found[0]

    def has_changed(self, initial, data) -> bool:
        return self.prepare_value(initial) != data
