"""What people type at the desk's list: the name of a filter, one value for many."""

from copy import deepcopy

from django import forms
from django.core.exceptions import ValidationError

from portal.fields import Words
from resources.actions.desk import BULK
from resources.forms.registry import ResourceForm
from resources.models import DeskFilter, Licence, Resource


class FilterForm(forms.ModelForm):
    """A filter's name and who sees it; the question itself comes from the address."""

    name = Words(label="名称", max_length=20)

    class Meta:
        model = DeskFilter
        fields = ("name", "sharing")


class BulkFieldForm(forms.Form):
    """Which field is set."""

    field = forms.ChoiceField(
        label="改哪个字段", choices=[(name, ResourceForm.base_fields[name].label) for name in BULK]
    )


class BulkForm(forms.Form):
    """One value for all that were found, and why."""

    note = Words(label="为什么改", max_length=200, help_text="记入每条资源的变更历史。")

    def __init__(self, *args, field: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.field = field
        self.fields = {"value": deepcopy(ResourceForm.base_fields[field]), **self.fields}
        self.fields["value"].label = f"新的{self.fields['value'].label}"

    def clean_value(self):
        value = self.cleaned_data["value"]
        if self.field == "audiences" and not value:
            raise ValidationError("请至少选一个人群。")
        empty = {"booking": Resource.Booking.UNKNOWN, "licence": Licence.UNKNOWN, "holiday_rule": "usual"}
        return value or empty[self.field] if self.field in empty else value
