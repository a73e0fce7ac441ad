"""What came of something odd."""

from django import forms


class OutcomeForm(forms.Form):
    step = forms.ChoiceField(
        label="核查结果",
        choices=[],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核查结果。"},
    )
    note = forms.CharField(
        label="核查说明",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明核对了什么材料；请勿写学生姓名和学籍号。",
        error_messages={"required": "请填写核查说明。"},
    )

    def __init__(self, *args, steps: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = steps
