"""What people keep at the desk: filters with a name, and changes made to many at once."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts import User
from portal.organizations import Organization
from portal.roles import Role


class DeskFilterQuerySet(models.QuerySet):
    def seen_by(self, user):
        """One's own, and those shared with one's unit or role."""
        grants = user.standing_grants()
        units = [grant.organization_id for grant in grants if grant.organization_id]
        roles = [grant.role for grant in grants]
        mine = Q(owner=user) | Q(sharing="unit", organization__in=units) | Q(sharing="role", role__in=roles)
        return self.filter(mine).order_by("name", "pk")


class DeskFilter(models.Model):
    """A question to the desk's list, kept under a name and counted on the desk."""

    PERSONAL = frozenset()

    class Sharing(models.TextChoices):
        PRIVATE = "private", "只给自己"
        UNIT = "unit", "给本单位的人"
        ROLE = "role", "给同一角色的人"

    owner = models.ForeignKey(User, models.CASCADE, verbose_name="所有人", related_name="+")
    name = models.CharField("名称", max_length=20)
    query = models.CharField("筛选条件", max_length=1000)
    sharing = models.CharField("给谁看", max_length=10, choices=Sharing, default=Sharing.PRIVATE)
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, verbose_name="单位", related_name="+"
    )
    role = models.CharField("角色", max_length=20, choices=Role, blank=True)
    created_at = models.DateTimeField("创建时间", default=timezone.now)

    objects = DeskFilterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "保存的筛选"
        constraints = [
            models.UniqueConstraint(
                name="desk_filter_once_per_name",
                fields=["owner", "name"],
                violation_error_message="您已有同名的筛选，请换个名称。",
            ),
            models.CheckConstraint(
                name="desk_filter_is_shared_with_somebody",
                condition=Q(sharing="private", organization=None, role="")
                | Q(sharing="unit", organization__isnull=False, role="")
                | Q(sharing="role", organization=None) & ~Q(role=""),
                violation_error_message="请说明给哪个单位或角色看。",
            ),
        ]

    def __str__(self):
        return self.name


class BulkChange(models.Model):
    """One field of many resources set at once."""

    PERSONAL = frozenset()

    field = models.CharField("字段", max_length=30)
    query = models.CharField("筛选条件", max_length=1000, blank=True)
    note = models.CharField("说明", max_length=200)
    count = models.PositiveIntegerField("条数")
    by = models.ForeignKey(User, models.PROTECT, verbose_name="操作人", related_name="+")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "批量修改"
        constraints = [
            models.CheckConstraint(
                name="bulk_change_says_why",
                condition=~Q(note=""),
                violation_error_message="请写明为什么改。",
            )
        ]

    def __str__(self):
        return f"批量修改 {self.pk}"
