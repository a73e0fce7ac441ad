"""The shape of a survey and its results."""

from django import forms

from indicators.models import (
    LiteracyResult,
    LiteracySurvey,
)
from portal.regions import Region

NO_SUCH_DISTRICT = "没有这个区，请写区的全称，如“南山区”。"


class LiteracySurveyForm(forms.ModelForm):
    """A survey as its publication describes it."""

    class Meta:
        model = LiteracySurvey
        fields = ("code", "year", "name", "organiser", "population", "method", "source", "note", "is_sample")


class LiteracyResultForm(forms.ModelForm):
    """One share that a survey found; its region follows from the place."""

    position = forms.IntegerField(label="次序", required=False, min_value=0, max_value=999)

    class Meta:
        model = LiteracyResult
        fields = ("survey", "area_kind", "area", "group_kind", "group", "percent", "sample_size", "margin")
        fields += ("rank_note", "position")

    def clean_position(self):
        return self.cleaned_data["position"] or 0

    def clean(self):
        data = super().clean()
        is_district = data.get("area_kind") == LiteracyResult.Area.DISTRICT
        if is_district and not Region.objects.districts().filter(name=data.get("area", "")).exists():
            self.add_error("area", NO_SUCH_DISTRICT)
        return data
