"""What forms of resources are made of: a unit, a region, topics, the fields that a kind declares."""

from django import forms
from django.core.exceptions import ValidationError

from portal.fields import Words
from portal.organizations import Organization
from portal.regions import Level, Region
from resources.models import (
    Topic,
)
from resources.rules.fields import is_for_all

EXTRA = "x_"  # before the code of a declared field


class OrganizationField(Words):
    """An organisation by its name or unified social credit code: there are too many for a list."""

    units: dict[str, Organization] = {}  # looked up beforehand, for a sheet

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        if text in self.units:
            return self.units[text]
        found = list(Organization.objects.active().filter(name=text).select_related("region")[:2])
        found = found or list(
            Organization.objects.active().filter(credit_code=text).select_related("region")[:2]
        )
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError("有多个同名单位，请改填统一社会信用代码。")
        near = Organization.objects.active().filter(name__contains=text).order_by("name", "pk")[:3]
        names = "、".join(row.name for row in near)
        raise ValidationError(
            f"没有找到这个单位。相近的有：{names}。" if names else "没有找到这个单位，请填写全称。"
        )

    def prepare_value(self, value):
        if isinstance(value, int):
            return Organization.objects.filter(pk=value).values_list("name", flat=True).first() or ""
        return str(value) if isinstance(value, Organization) else value


def region_choices() -> list:
    """Districts with their subdistricts, as groups of a list."""
    rows = Region.objects.inhabited().filter(level__lte=Level.SUBDISTRICT).order_by("path")
    groups: list = []
    for row in rows:
        if row.level == Level.SUBDISTRICT:
            groups[-1][1].append((row.pk, f"{groups[-1][0]} · {row.name}"))
        else:
            words = f"{row.name}（全市）" if row.level == Level.MUNICIPALITY else row.name
            groups.append((row.name, [(row.pk, words)]))
    return groups


def topic_choices(key: str = "pk") -> list:
    """The topics in use by their groups, each by its `pk` or its `code`."""
    rows = Topic.objects.filter(is_active=True)
    return [
        (label, [(getattr(row, key), row.name) for row in rows if row.group == group])
        for group, label in Topic.Group.choices
    ]


def extra_field(field: dict) -> forms.Field:
    """The form field of one declared extra field; `rules.read_value` says what is right."""
    options = {"label": field["label"], "required": False}
    if not is_for_all(field):
        options["help_text"] = "仅供内部使用，不公开。"
    choices = [(choice, choice) for choice in field.get("choices", [])]
    if field["type"] == "choice":
        return forms.ChoiceField(choices=[("", "请选择"), *choices], **options)
    if field["type"] == "choices":
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **options)
    if field["type"] == "flag":
        return forms.ChoiceField(choices=[("", "未填写"), ("是", "是"), ("否", "否")], **options)
    if field["type"] == "date":
        return Words(widget=forms.DateInput(attrs={"type": "date"}), max_length=10, **options)
    if field["type"] == "number":
        return Words(widget=forms.TextInput(attrs={"inputmode": "decimal"}), max_length=20, **options)
    return Words(lines=4 if field["type"] == "long" else 0, max_length=1000, **options)
