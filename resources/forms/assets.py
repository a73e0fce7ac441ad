"""An asset of innovation as a person types it, on the page or in one row of the register's sheet."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.fields import Words
from portal.roles import Perm
from resources.forms.fields import OrganizationField
from resources.models import Resource, SourceAsset

FIELDS = (
    "kind",
    "title",
    "summary",
    "organization",
    "project_number",
    "funder",
    "task",
    "due_on",
    "contact",
    "contact_phone",
    "source",
)


class AssetForm(forms.ModelForm):
    """Everything a person says of an asset; the region is its owner's."""

    organization = OrganizationField(
        label="所属单位", max_length=120, help_text="填写单位全称或统一社会信用代码。"
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = SourceAsset
        fields = FIELDS
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "task": forms.Textarea(attrs={"rows": 2}),
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["seen"].initial = self.instance.revision

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == SourceAsset.Kind.PROJECT and not cleaned.get("task"):
            self.add_error("task", "财政资助项目应写明科普任务。")
        if bool(cleaned.get("task")) != bool(cleaned.get("due_on")) and "due_on" not in self.errors:
            missing = "due_on" if cleaned.get("task") else "task"
            self.add_error(missing, "科普任务和任务期限应同时填写。")
        return cleaned

    @property
    def values(self) -> dict:
        """What the action is given."""
        kept = {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}
        if organization := kept.get("organization"):
            kept["region"] = organization.region
        return kept

    def _post_clean(self):
        """The action checks the whole record; here only what was typed."""


class ConversionForm(forms.Form):
    """Which resource an asset became, and when."""

    resource = Words(label="科普资源", max_length=120, help_text="填写资源名称或编号，须是您能修改的资源。")
    converted_on = forms.DateField(
        label="转化日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)
        self.fields["converted_on"].initial = timezone.localdate

    def clean_resource(self) -> Resource:
        text = self.cleaned_data["resource"]
        rows = Resource.objects.for_user(self.user, Perm.RESOURCE_EDIT).exclude(
            status=Resource.Status.ARCHIVED
        )
        found = list(rows.filter(code=text.lower())[:1]) or list(rows.filter(title=text)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError("有多条同名资源，请改填资源编号。")
        raise ValidationError("没有找到这条资源，请填写完整名称或编号；还没有登记的请先登记。")
