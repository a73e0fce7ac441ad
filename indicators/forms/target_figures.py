"""The figure by which a target of the plan is counted."""

from django import forms


class TargetFigureForm(forms.Form):
    figure = forms.ChoiceField(
        label="完成值取自", required=False, help_text="每夜取已结束年度的数值；人工改填须写明原因。"
    )

    def __init__(self, *args, figures: list[tuple[str, str]], **options):
        super().__init__(*args, **options)
        self.fields["figure"].choices = [("", "不取数，由人工登记"), *figures]
