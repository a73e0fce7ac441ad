"""People, the roles granted to them, and the one question: may this person do this here?"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.organizations import Organization
from portal.regions import Region
from portal.roles import MFA_ROLES, REGISTER_ROLES, Perm, Role, roles_with


class User(AbstractUser):
    """Somebody who signs in. Never shared: a post that changes hands moves its grants."""

    PERSONAL = frozenset({"name", "first_name", "last_name", "email"})

    name = models.CharField("姓名", max_length=30)
    wants_digest = models.BooleanField("消息邮件", default=True)
    password_set_at = models.DateTimeField("密码设置时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "用户"

    def __str__(self):
        return f"{self.name}（{self.username}）"

    def standing_grants(self, on: date | None = None) -> list["Grant"]:
        """The grants in force on a day, today unless told otherwise; read once per request."""
        if on is None and hasattr(self, "_standing"):
            return self._standing
        grants = list(
            self.grants.in_force(on or timezone.localdate()).select_related("region", "organization__region")
        )
        if on is None:
            self._standing = grants
        return grants

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.password_set_at = timezone.now()

    def must_change_password(self, at: datetime) -> bool:
        """Whether the password is older than `PASSWORD_MAX_DAYS`; never where that is 0 or there is none."""
        days = settings.PASSWORD_MAX_DAYS
        return bool(days) and self.has_usable_password() and self.password_set_at < at - timedelta(days=days)

    def holds(self, *roles: Role) -> bool:
        return any(grant.role in roles for grant in self.standing_grants())

    def can(self, perm: Perm) -> bool:
        """Whether this person holds `perm` anywhere at all: for menus, never for a record."""
        return any(grant.role in roles_with(perm) for grant in self.standing_grants())

    @property
    def needs_mfa(self) -> bool:
        return self.holds(*MFA_ROLES)

    @property
    def works_in_registers(self) -> bool:
        return self.is_active and self.holds(*REGISTER_ROLES)

    def places_for(self, perm: Perm) -> tuple[list[str], list[int]]:
        """Paths of the regions, and ids of the organisations, in which this person holds `perm`."""
        roles = roles_with(perm)
        held = [grant for grant in self.standing_grants() if grant.role in roles]
        return (
            [grant.region.path for grant in held if grant.region_id],
            [grant.organization_id for grant in held if grant.organization_id],
        )

    def organizations_for(self, perm: Perm):
        return Organization.objects.active().for_user(self, perm)


class GrantQuerySet(models.QuerySet):
    def in_force(self, on: date):
        return self.filter(starts_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gte=on))


class Grant(models.Model):
    """A role held in one region and every region under it, or in one organisation."""

    PERSONAL = frozenset()

    user = models.ForeignKey(User, models.CASCADE, verbose_name="用户", related_name="grants")
    role = models.CharField("角色", max_length=20, choices=Role)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name="管辖区域", related_name="grants"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, verbose_name="所在单位", related_name="grants"
    )
    starts_on = models.DateField("起始日期", default=timezone.localdate)
    ends_on = models.DateField("终止日期", null=True, blank=True, help_text="含当日；不填为长期。")

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        constraints = [
            models.CheckConstraint(
                name="grant_in_a_region_or_an_organization",
                condition=Q(region__isnull=False, organization=None)
                | Q(region=None, organization__isnull=False),
                violation_error_message="请在“管辖区域”和“所在单位”中选且只选一项。",
            ),
            models.CheckConstraint(
                name="grant_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="终止日期不能早于起始日期。",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "region", "organization"],
                name="grant_once_per_user_role_place",
                nulls_distinct=False,
                violation_error_message="该用户在此已有同一角色。",
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.get_role_display()} · {self.region or self.organization}"


def _place(place) -> tuple[str, int | None]:
    """Region path and organisation id of a region, an organisation or a scoped record."""
    if isinstance(place, Region):
        return place.path, None
    if isinstance(place, Organization):
        return place.region.path, place.pk
    return place.region.path, getattr(place, "organization_id", None)


def may(user, perm: Perm, place) -> bool:
    """Whether `user` holds `perm` at `place`: a Region, an Organization, or a Scoped record."""
    if not user.is_authenticated or not user.is_active:
        return False
    path, organization = _place(place)
    paths, organizations = user.places_for(perm)
    return organization in organizations or any(path.startswith(held) for held in paths)


def require(user, perm: Perm, place) -> None:
    """Raises PermissionDenied unless `user` holds `perm` at `place`."""
    if not may(user, perm, place):
        raise PermissionDenied(f"您在“{place}”没有“{perm.label}”的权限。")


def people_with(perm: Perm, place, *, on: date | None = None):
    """The active users who hold `perm` at `place`, ordered by id."""
    path, organization = _place(place)
    above = [path[: end + 1] for end, letter in enumerate(path) if letter == "/"]
    held = Grant.objects.in_force(on or timezone.localdate()).filter(role__in=roles_with(perm))
    held = held.filter(Q(region__path__in=above) | Q(organization=organization, organization__isnull=False))
    return User.objects.filter(is_active=True, grants__in=held).distinct().order_by("pk")


class ScopedQuerySet(models.QuerySet):
    def for_user(self, user, perm: Perm):
        """Only rows of the regions and organisations in which `user` holds `perm`."""
        scope = Q(pk__in=[])
        if user.is_authenticated:
            paths, organizations = user.places_for(perm)
            if organizations:
                scope |= Q(organization__in=organizations)
            for path in paths:
                scope |= Q(region__path__startswith=path)
        return self.filter(scope)


class Scoped(models.Model):
    """A record that belongs to one region, perhaps to an organisation, and was entered by somebody."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="所属区域", related_name="+")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, verbose_name="所属单位", related_name="+"
    )
    created_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="创建人", related_name="+", editable=False
    )
    created_at = models.DateTimeField("创建时间", default=timezone.now, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


def system_user() -> User:
    """The account behind rows that came from the repository's own files; nobody signs in with it."""
    user, _ = User.objects.get_or_create(
        username="system", defaults={"name": "平台", "is_active": False, "password": "!"}
    )
    return user
