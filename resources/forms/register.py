"""A resource and a kind as the association's staff type them in the register under /admin/."""

from django import forms
from django.core.exceptions import ValidationError

from portal.fields import Words
from resources.forms.registry import ResourceForm, ResourceRules
from resources.models import (
    Resource,
    ResourceKind,
    validate_fields,
)
from resources.queries import changed_since
from resources.rules import (
    read_details,
    read_fields,
    written_fields,
)

# What is written otherwise than the model's own form would.
OF_THE_REGISTER_FORM = {
    "audiences",
    "dimensions",
    "spirits",
    "languages",
    "accessibility",
    "is_free",
    "hours_text",
    "special_text",
    "prices_text",
    "holiday_rule",
    "licence",
    "details_text",
    "note",
}


class ResourceRegisterForm(ResourceRules, forms.ModelForm):
    """A resource in the register under /admin/."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    audiences = ResourceForm.base_fields["audiences"]
    dimensions = ResourceForm.base_fields["dimensions"]
    spirits = ResourceForm.base_fields["spirits"]
    languages = ResourceForm.base_fields["languages"]
    accessibility = ResourceForm.base_fields["accessibility"]
    is_free = ResourceForm.base_fields["is_free"]
    hours_text = ResourceForm.base_fields["hours_text"]
    special_text = ResourceForm.base_fields["special_text"]
    prices_text = ResourceForm.base_fields["prices_text"]
    holiday_rule = ResourceForm.base_fields["holiday_rule"]
    licence = ResourceForm.base_fields["licence"]
    details_text = ResourceForm.base_fields["details_text"]
    note = ResourceForm.base_fields["note"]

    class Meta:
        model = Resource
        fields = [name for name in ResourceForm.base_fields if name not in OF_THE_REGISTER_FORM]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        resource = self.instance
        # A record of an older version of its kind is shown with the present one.
        kinds = ResourceKind.objects.current()
        self.fields["kind"].queryset = kinds
        if resource.pk:
            self.initial["kind"] = kinds.filter(code=resource.kind.code).values_list("pk", flat=True).first()
            self.initial["is_free"] = {True: "1", False: "0", None: ""}[resource.is_free]
            self.initial["hours_text"] = resource.hours_text
            self.initial["special_text"] = resource.special_text
            self.initial["prices_text"] = resource.prices_text
            self.initial["details_text"] = resource.details_text
            self.initial["seen"] = resource.revision

    def clean(self) -> dict:
        data = super().clean()
        self._check_pairs(data)
        self._clean_details_text(data)
        seen = data.get("seen")
        if self.instance.pk and seen != self.instance.revision:
            told = [
                f"{change.by} {change.at:%H:%M} {'；'.join(change.sentences)}"
                for change in changed_since(self.instance, seen or 0)
            ]
            self.add_error(None, f"这条资源刚被他人修改，请核对后再次保存。{'。'.join(told)}")
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = str(self.instance.revision)
        return data

    @property
    def values(self) -> dict:
        """What the actions take, after the form was found valid."""
        kept = dict(self.cleaned_data)
        text = kept.pop("details_text")
        kept.pop("seen")
        return {**kept, "details": read_details(kept["kind"].fields, text or "")}


class KindForm(forms.ModelForm):
    """A kind of resource with its extra fields written one a line: a new kind takes five minutes."""

    fields_text = Words(
        label="扩展字段",
        required=False,
        lines=8,
        help_text="每行一个字段：代码 | 名称 | 类型 | 选项、选项 | 公开。"
        "类型为 text、long、number、date、choice、choices、flag、link；第五格不写“公开”的只供内部使用。"
        "已有资源使用的类型改动字段后存为新版本。",
    )

    class Meta:
        model = ResourceKind
        fields = (
            "code",
            "name",
            "summary",
            "channel",
            "is_place",
            "classification_code",
            "classification_edition",
            "freshness_months",
            "grace_days",
            "position",
            "basis",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["channel"].required = False  # what is not said is as usual
        if self.instance.pk:
            self.fields["fields_text"].initial = written_fields(self.instance.fields)

    def clean_fields_text(self) -> list[dict]:
        try:
            declared = read_fields(self.cleaned_data["fields_text"])
        except ValueError as fault:
            raise ValidationError(str(fault)) from fault
        validate_fields(declared)
        self.instance.fields = declared
        return declared
