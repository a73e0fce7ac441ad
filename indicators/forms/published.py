"""The shape of published reference figures: population and the like, and the national series."""

from django import forms

from indicators.models import Denominator, NationalSeries
from portal.regions import Level, Region

YEARS = {"min_value": 1990, "max_value": 2100}


class DenominatorForm(forms.ModelForm):
    """Population or students of the city or a district in one year, with the publication it is from."""

    year = forms.IntegerField(label="年份", **YEARS)
    region = forms.ModelChoiceField(
        label="区域", queryset=Region.objects.filter(level__lte=Level.DISTRICT, level__gte=Level.MUNICIPALITY)
    )

    class Meta:
        model = Denominator
        fields = ("kind", "region", "year", "value", "source", "is_verified")
        labels = {"value": f"数值（{Denominator.UNIT}）"}
        help_texts = {"source": "写明公报或年鉴的名称和发布日期。"}


class NationalSeriesForm(forms.ModelForm):
    """A published national figure of a series that the portal knows."""

    year = forms.IntegerField(label="年份", **YEARS)
    growth_percent = forms.DecimalField(label="公布增速（%）", required=False, max_digits=7, decimal_places=2)
    share_percent = forms.DecimalField(label="公布占比（%）", required=False, max_digits=7, decimal_places=2)

    class Meta:
        model = NationalSeries
        fields = ("item", "year", "value", "growth_percent", "share_percent", "is_derived", "source", "note")
        labels = {"item": "项目代码"}
        help_texts = {"source": "写明公布的机构和名称。"}

    def clean_item(self):
        item = self.cleaned_data["item"]
        known = NationalSeries.objects.order_by("item").values_list("item", flat=True).distinct()
        if item not in known:
            raise forms.ValidationError(f"没有项目代码“{item}”，可填：{'、'.join(known)}。")
        return item
