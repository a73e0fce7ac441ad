"""What tells every process that the public menu changed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func
from django.utils import timezone


class CurrentTransaction(Func):
    """The number of the present transaction, which grows and is never given twice."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class MenuChange(models.Model):
    """One change of what the menu shows, written in the transaction of the change itself.

    Nobody waits for anybody here: rows are only added. Readers find what is new by the number of the
    transaction, so that a change that commits late is not passed over (`queries.columns`).
    """

    PERSONAL = frozenset()

    transaction_number = models.BigIntegerField("事务编号", db_default=CurrentTransaction())
    resource_ids = ArrayField(models.BigIntegerField("资源编号"), verbose_name="资源", default=list)
    made_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "菜单变更"
        indexes = [models.Index(fields=["transaction_number"], name="menu_change_by_transaction")]

    def __str__(self):
        return f"菜单变更 {self.pk}"
