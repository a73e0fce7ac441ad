"""A route as typed at the desk or proposed by anybody. A form never saves."""

import re

from django import forms

from portal.fields import RecordByName
from portal.public_form import PublicForm
from resources.actions.routes import FEWEST_STOPS, MOST_STOPS, Stop
from resources.models import Audience, Resource, Route, Season, Travel
from resources.models.registry import new_code


class RouteForm(forms.ModelForm):
    """The route itself; its stops are a set of forms beside it."""

    seasons = forms.MultipleChoiceField(
        label="适合季节",
        choices=Season,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选为四季皆宜。",
    )
    audiences = forms.MultipleChoiceField(
        label="适合人群", choices=Audience, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Route
        fields = ("title", "summary", "description", "seasons", "audiences", "ages_from", "ages_to", "source")
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}


class StopForm(forms.Form):
    """One stop and the way on."""

    resource = RecordByName(
        label="地点",
        queryset=Resource.objects.published().filter(kind__is_place=True).order_by("title", "pk"),
        by="title",
        required=False,
        help_text="资源菜单里的名称。",
    )
    stay_minutes = forms.IntegerField(label="停留（分钟）", min_value=5, max_value=600, required=False)
    note = forms.CharField(label="看点", max_length=200, required=False)
    travel = forms.ChoiceField(label="到下一站", choices=[("", "—"), *Travel.choices], required=False)
    travel_minutes = forms.IntegerField(label="路上（分钟）", min_value=1, max_value=300, required=False)

    def clean(self):
        typed = super().clean()
        if typed.get("resource") and not typed.get("stay_minutes"):
            self.add_error("stay_minutes", "请填写在这里停留多久。")
        return typed


class BaseStops(forms.BaseFormSet):
    """The stops in their order; rows without a place are left out."""

    @property
    def stops(self) -> list[Stop]:
        names = ("resource", "stay_minutes", "note", "travel", "travel_minutes")
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("resource")]
        return [Stop(**{name: row[name] for name in names}) for row in rows]

    def clean(self):
        if not any(self.errors) and not FEWEST_STOPS <= len(self.stops) <= MOST_STOPS:
            raise forms.ValidationError(f"一条线路应有 {FEWEST_STOPS} 至 {MOST_STOPS} 站。")


StopFormSet = forms.formset_factory(StopForm, formset=BaseStops, extra=4, max_num=MOST_STOPS)


def initial_of(route: Route) -> list[dict]:
    return [
        {
            "resource": stop.resource,
            "stay_minutes": stop.stay_minutes,
            "note": stop.note,
            "travel": stop.travel,
            "travel_minutes": stop.travel_minutes,
        }
        for stop in route.stops.all()
    ]


class RouteProposalForm(PublicForm, RouteForm):
    """What anybody may propose."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=12)

    class Meta(RouteForm.Meta):
        fields = (
            "title",
            "summary",
            "description",
            "seasons",
            "audiences",
            "ages_from",
            "ages_to",
            "proposer",
        )

    def __init__(self, data=None, **kwargs):
        super().__init__(data, initial={"key": new_code()}, **kwargs)

    def clean_key(self):
        key = self.cleaned_data["key"]
        if not re.fullmatch(r"[a-z0-9]{8}", key):
            raise forms.ValidationError("表单不完整，请重新打开本页。")
        return key

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "key")}
