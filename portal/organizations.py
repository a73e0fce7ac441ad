"""Every body the portal knows: associations, departments, schools, bases, enterprises, societies."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.identifiers import check_credit_code, check_school_code
from portal.regions import Region


def _valid_with(check):
    def validate(value: str) -> None:
        try:
            check(value)
        except ValueError as fault:
            raise ValidationError(str(fault)) from fault

    return validate


def validate_credit_code(value: str) -> None:
    """Raises ValidationError unless the value is a 统一社会信用代码. Basis: GB 32100."""
    _valid_with(check_credit_code)(value)


def validate_school_code(value: str) -> None:
    """Raises ValidationError unless the value is a 学校（机构）标识码."""
    _valid_with(check_school_code)(value)


class OrganizationQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def schools(self):
        return self.filter(kind=Organization.Kind.SCHOOL)

    def of_one_group(self, organization):
        """A body itself, the body above it, those under it, and those that share the one above."""
        group = Q(pk=organization.pk) | Q(parent=organization.pk)
        if organization.parent_id:
            group |= Q(pk=organization.parent_id) | Q(parent=organization.parent_id)
        return self.filter(group)

    def for_user(self, user, perm):
        """The organisations in which, or in whose region, `user` holds `perm`."""
        scope = Q(pk__in=[])
        if user.is_authenticated:
            paths, organizations = user.places_for(perm)
            scope |= Q(pk__in=organizations)
            for path in paths:
                scope |= Q(region__path__startswith=path)
        return self.filter(scope)


class Organization(models.Model):
    """A body with a name and a place. Its region is where it reports, not where it is registered."""

    PERSONAL = frozenset({"contact", "phone"})

    class Kind(models.TextChoices):
        ASSOCIATION = "association", "市科协"
        DISTRICT_ASSOCIATION = "district_association", "区科协"
        DEPARTMENT = "department", "政府部门"
        SUBDISTRICT_OFFICE = "subdistrict", "街道办事处"
        SCHOOL = "school", "中小学校"
        UNIVERSITY = "university", "高等院校"
        INSTITUTE = "institute", "科研机构"
        ENTERPRISE = "enterprise", "企业"
        SOCIETY = "society", "学会协会"
        VENUE = "venue", "场馆"
        HOSPITAL = "hospital", "医疗机构"
        OTHER = "other", "其他"

    name = models.CharField("单位名称", max_length=120)
    short_name = models.CharField("简称", max_length=40, blank=True)
    kind = models.CharField("单位性质", max_length=20, choices=Kind)
    credit_code = models.CharField(
        "统一社会信用代码", max_length=18, blank=True, validators=[validate_credit_code]
    )
    school_code = models.CharField("学校标识码", max_length=10, blank=True, validators=[validate_school_code])
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="所属区域", related_name="organizations")
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="上级单位",
        related_name="subsidiaries",
        help_text="母公司或主管单位；评审时，同一上级的单位互相回避。",
    )
    address = models.CharField("地址", max_length=200, blank=True)
    contact = models.CharField("联系人", max_length=30, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    pinyin = models.CharField("拼音", max_length=300, blank=True, editable=False)
    is_active = models.BooleanField("在用", default=True)
    source = models.CharField("资料来源", max_length=200, blank=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        constraints = [
            models.UniqueConstraint(
                name="organization_credit_code_once",
                fields=["credit_code"],
                condition=~Q(credit_code=""),
                violation_error_message="该统一社会信用代码已登记。",
            ),
            models.UniqueConstraint(
                name="organization_school_code_once",
                fields=["school_code"],
                condition=~Q(school_code=""),
                violation_error_message="该学校标识码已登记。",
            ),
            models.UniqueConstraint(
                name="organization_name_once_per_region",
                fields=["name", "region"],
                violation_error_message="该区域内已有同名单位。",
            ),
            models.CheckConstraint(
                name="organization_not_its_own_parent",
                condition=Q(parent=None) | ~Q(parent=F("pk")),
                violation_error_message="上级单位不能是本单位，也不能是本单位的下级单位。",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("admin:portal_organization_change", args=[self.pk])

    def clean(self):
        """Raises ValidationError where the body above is, further up, this one's own subsidiary."""
        super().clean()
        above, passed = self.parent, set()
        while self.pk and above is not None and above.pk not in passed:
            passed.add(above.pk)
            above = above.parent
        if self.pk in passed:
            raise ValidationError({"parent": "上级单位不能是本单位，也不能是本单位的下级单位。"})
