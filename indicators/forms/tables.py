"""The name of a table that somebody keeps."""

from django import forms

from portal.fields import Words


class SaveTableForm(forms.Form):
    """A table's name, and whether everybody sees it; the question itself comes from the address."""

    name = Words(label="名称", max_length=30)
    is_shared = forms.BooleanField(label="公开，列入常用表", required=False)

    def __init__(self, *args, may_share: bool, **options):
        super().__init__(*args, **options)
        if not may_share:
            del self.fields["is_shared"]
