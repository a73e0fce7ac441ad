"""The registers of time limits and of periods of keeping."""

from datetime import date

from django import forms

from portal.calendar import local_today
from youth_credits.actions.limits import IN_USE, TOO_EARLY
from youth_credits.models import RetentionRule, TimeLimit


class TimeLimitForm(forms.ModelForm):
    class Meta:
        model = TimeLimit
        fields = ("step", "in_force_from", "working_days", "basis")

    def clean_in_force_from(self) -> date:
        day = self.cleaned_data["in_force_from"]
        if day <= local_today() and not self.instance.pk:
            raise forms.ValidationError(TOO_EARLY)
        return day

    def clean(self) -> dict:
        cleaned = super().clean()
        known = TimeLimit.objects.filter(pk=self.instance.pk).first() if self.instance.pk else None
        if known and self.has_changed():
            if known.in_force_from <= local_today():
                raise forms.ValidationError(IN_USE)
            if cleaned.get("in_force_from") and cleaned["in_force_from"] <= local_today():
                self.add_error("in_force_from", TOO_EARLY)
        return cleaned


class PeriodForm(forms.ModelForm):
    class Meta:
        model = RetentionRule
        fields = ("subject", "days", "notice_days", "basis")
