"""A title as typed in the register or in one row of its sheet."""

from django import forms

from outreach.models import PanelMember, Title
from portal.accounts import User
from portal.identifiers import clean_text
from portal.organizations import Organization
from portal.roles import Perm, roles_with


class WithdrawForm(forms.Form):
    """Since when, and why, a title no longer stands."""

    on = forms.DateField(label="撤销日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(
        label="撤销原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3, "cols": 60})
    )

    def clean_reason(self):
        return clean_text(self.cleaned_data["reason"], multiline=True)


class TitleForm(forms.ModelForm):
    """A title of an organisation; its place is the organisation's."""

    class Meta:
        model = Title
        fields = (
            "organization",
            "kind",
            "category",
            "number",
            "valid_from",
            "valid_until",
            "withdrawn_on",
            "withdrawal_reason",
            "exhibition_area",
            "open_days",
            "has_free_entry",
            "source",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "organization" in self.fields:
            self.fields["organization"].queryset = Organization.objects.active()
            self.fields["organization"].required = True

    def clean_number(self):
        return self.cleaned_data["number"].strip()


class PanelMemberForm(forms.ModelForm):
    """Somebody of the pool: an account that may score, a body, the categories they know."""

    categories = forms.MultipleChoiceField(
        label="评审类别", choices=Title.Category, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = PanelMember
        fields = ("user", "organization", "categories", "is_active")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "user" in self.fields:
            scorers = User.objects.filter(grants__role__in=roles_with(Perm.TITLE_SCORE), is_active=True)
            self.fields["user"].queryset = scorers.distinct().order_by("username")
