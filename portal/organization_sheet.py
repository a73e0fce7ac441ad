"""The register of organisations: what is typed, its sheet, and the action that keeps it."""

from django import forms
from django.db import transaction
from pypinyin import lazy_pinyin

from portal import audit, history
from portal.accounts import User, require
from portal.identifiers import clean_text
from portal.organizations import Organization
from portal.regions import Level, Region
from portal.registers import RegisterResource
from portal.roles import Perm


@transaction.atomic
def save_organization(organization: Organization, *, by: User) -> Organization:
    """Enter an organisation or keep changes to it.

    Raises PermissionDenied outside one's regions and ValidationError where a rule says no.
    """
    before = history.stored(organization)
    for state in (before, organization) if before else (organization,):
        require(by, Perm.ORGANIZATION_EDIT, state.region)
    syllables = lazy_pinyin(organization.name)
    initials = "".join(syllable[:1] for syllable in syllables)
    organization.pinyin = f"{''.join(syllables)} {initials}"[:300]
    organization.full_clean()
    changes = history.differences(before, organization)
    organization.save(update_fields=[*changes, "pinyin"] if before else None)
    audit.record(organization, "change" if before else "create", by=by, changes=changes)
    return organization


def create_organization(*, by: User, **fields) -> Organization:
    """Enter an organisation from plain values. Raises as `save_organization` does."""
    return save_organization(Organization(**fields), by=by)


def change_organization(organization: Organization, *, by: User, **fields) -> Organization:
    """Change plain values of an organisation. Raises as `save_organization` does."""
    for name, value in fields.items():
        setattr(organization, name, value)
    return save_organization(organization, by=by)


class OrganizationForm(forms.ModelForm):
    """An organisation as typed in the register or in one row of its sheet."""

    class Meta:
        model = Organization
        fields = (
            "name",
            "short_name",
            "kind",
            "credit_code",
            "school_code",
            "region",
            "parent",
            "address",
            "contact",
            "phone",
            "is_active",
            "source",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "region" in self.fields:
            self.fields["region"].queryset = Region.objects.inhabited().filter(level__lte=Level.SUBDISTRICT)
        if "parent" in self.fields:
            self.fields["parent"].queryset = Organization.objects.active()

    def clean_name(self):
        return clean_text(self.cleaned_data["name"])


class OrganizationSheet(RegisterResource):
    columns = {
        "单位名称": "name",
        "简称": "short_name",
        "单位性质": "kind",
        "统一社会信用代码": "credit_code",
        "学校标识码": "school_code",
        "所属区域": "region",
        "上级单位": "parent",
        "地址": "address",
        "在用": "is_active",
        "资料来源": "source",
    }
    keys = ("name", "region")
    optional = ("上级单位",)
    lookups = {"region": ("name", "code"), "parent": ("name", "credit_code")}
    form = OrganizationForm
    create = staticmethod(create_organization)
    change = staticmethod(change_organization)
    samples = {"name": "深圳市示例科技馆", "kind": "场馆", "region": "南山区", "is_active": True}

    class Meta(RegisterResource.Meta):
        model = Organization
