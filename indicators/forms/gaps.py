"""The indicators chosen beside a gap."""

from django import forms

from indicators.models import (
    IndicatorVersion,
)


class GapIndicatorsForm(forms.Form):
    indicators = forms.MultipleChoiceField(
        label="对应指标", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, indicators: list[IndicatorVersion], **options):
        super().__init__(*args, **options)
        self.fields["indicators"].choices = [(one.code, f"{one.name}（{one.unit}）") for one in indicators]
