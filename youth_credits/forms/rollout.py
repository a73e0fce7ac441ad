"""The register of the roll-out."""

from django import forms

from portal.organizations import Organization
from portal.regions import Level, Region
from youth_credits.models import RollOut


class RollOutForm(forms.ModelForm):
    class Meta:
        model = RollOut
        fields = ["region", "organization", "grade_from", "grade_to", "starts_on", "ends_on", "basis"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "region" in self.fields:  # the place of a row that is there already stays
            places = Region.objects.filter(level__lte=Level.DISTRICT).order_by("code")
            self.fields["region"].queryset = places
            self.fields["region"].help_text = "全市或一个区。"
        if "organization" in self.fields:
            self.fields["organization"].label = "仅限一所学校"
            self.fields["organization"].help_text = "整个区实施的不填。"

    def clean(self) -> dict:
        cleaned = super().clean()
        school = cleaned.get("organization")
        region = cleaned.get("region")
        if school and school.kind != Organization.Kind.SCHOOL:
            self.add_error("organization", "这里应为中小学校；整个区实施的不填。")
        elif school and region and not school.region.path.startswith(region.path):
            self.add_error("organization", "这所学校不在所选区域内，请核对。")
        return cleaned
