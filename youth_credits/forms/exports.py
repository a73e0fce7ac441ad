"""Which file is asked for."""

from django import forms

from portal.calendar import local_today, school_year, school_year_label
from youth_credits.forms import KeyedForm
from youth_credits.models import Export

YEARS_BACK = 4
TABLES = [(kind.value, kind.label) for kind in (Export.Kind.CREDITS, Export.Kind.ROLL)]


class ExportForm(KeyedForm):
    kind = forms.ChoiceField(label="内容", choices=TABLES, error_messages={"required": "请选择内容。"})
    school_year = forms.TypedChoiceField(
        label="学年", coerce=int, error_messages={"required": "请选择学年。"}
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        now = school_year(local_today())
        years = [(year, school_year_label(year)) for year in range(now, now - YEARS_BACK - 1, -1)]
        self.fields["school_year"].choices = years
