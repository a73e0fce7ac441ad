"""Every body the portal knows: associations, departments, schools, bases, enterprises, societies."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
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
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("admin:portal_organization_change", args=[self.pk])
