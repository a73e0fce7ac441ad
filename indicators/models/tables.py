"""Tables that people put together and keep under a name."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts import User


class SavedTableQuerySet(models.QuerySet):
    def seen_by(self, user):
        """One's own, and those that the association shares with everybody."""
        own = Q(owner=user) if user.is_authenticated else Q(pk__in=[])
        return self.filter(own | Q(is_shared=True)).order_by("name", "pk")


class SavedTable(models.Model):
    """The question behind a table, kept under a name: for its owner, or shared with everybody."""

    PERSONAL = frozenset()

    owner = models.ForeignKey(User, models.CASCADE, verbose_name="所有人", related_name="+")
    name = models.CharField("名称", max_length=30)
    query = models.CharField("条件", max_length=2000)
    is_shared = models.BooleanField("公开", default=False)
    created_at = models.DateTimeField("创建时间", default=timezone.now)

    objects = SavedTableQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "保存的统计表"
        constraints = [
            models.UniqueConstraint(
                name="saved_table_once_per_name",
                fields=["owner", "name"],
                violation_error_message="您已有同名的统计表，请换个名称。",
            ),
            models.CheckConstraint(
                name="saved_table_has_a_name",
                condition=~Q(name=""),
                violation_error_message="请填写名称。",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("indicators:table_saved", args=[self.pk])
