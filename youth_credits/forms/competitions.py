"""The register of recognised competitions."""

from django import forms
from django.contrib.postgres.forms import SimpleArrayField

from portal.identifiers import clean_text
from youth_credits.models import Competition


class CompetitionForm(forms.ModelForm):
    aliases = SimpleArrayField(
        forms.CharField(max_length=100),
        label="其他名称",
        delimiter="、",
        required=False,
        help_text="证书、活动标题中的其他写法，用顿号分开。",
    )

    class Meta:
        model = Competition
        fields = ("name", "aliases", "listing", "organizer", "valid_from", "valid_until", "basis")

    def clean_aliases(self) -> list[str]:
        return [name for name in map(clean_text, self.cleaned_data["aliases"]) if name]
