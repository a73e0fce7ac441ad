"""The register of the texts that guardians consent to."""

from datetime import date

from django import forms

from portal.calendar import local_today
from youth_credits.actions.consent_texts import IN_FORCE, TOO_EARLY
from youth_credits.models import ConsentText


class ConsentTextForm(forms.ModelForm):
    class Meta:
        model = ConsentText
        fields = ("version", "in_force_from", "title", "body", "basis")
        help_texts = {"body": "各段之间空一行。"}

    def clean_in_force_from(self) -> date:
        day = self.cleaned_data["in_force_from"]
        if day <= local_today() and "in_force_from" in self.changed_data:
            raise forms.ValidationError(TOO_EARLY)
        return day

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.initial.get("in_force_from") and self.initial["in_force_from"] <= local_today():
            raise forms.ValidationError(IN_FORCE)
        return cleaned
