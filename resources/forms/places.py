"""A place to start from, as typed in the register or in one row of its sheet."""

from django import forms

from portal.identifiers import clean_text
from portal.regions import Level, Region
from resources.models import StartingPlace


class StartingPlaceForm(forms.ModelForm):
    class Meta:
        model = StartingPlace
        fields = ("name", "kind", "aliases", "region", "longitude", "latitude", "source", "is_active")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "region" in self.fields:
            inside = (Level.DISTRICT, Level.SUBDISTRICT)
            self.fields["region"].queryset = Region.objects.inhabited().filter(level__in=inside)

    def clean_name(self):
        return clean_text(self.cleaned_data["name"])
