import django.contrib.postgres.fields
import django.utils.timezone
from django.db import migrations, models

import resources.models.changes


class Migration(migrations.Migration):
    dependencies = [("resources", "0002_registry_fields_and_opening_calendar")]

    operations = [
        migrations.CreateModel(
            name="MenuChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "transaction_number",
                    models.BigIntegerField(
                        db_default=resources.models.changes.CurrentTransaction(), verbose_name="事务编号"
                    ),
                ),
                (
                    "resource_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(verbose_name="资源编号"),
                        default=list,
                        size=None,
                        verbose_name="资源",
                    ),
                ),
                (
                    "made_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间"),
                ),
            ],
            options={
                "verbose_name": "菜单变更",
                "verbose_name_plural": "菜单变更",
                "indexes": [models.Index(fields=["transaction_number"], name="menu_change_by_transaction")],
            },
        )
    ]
