"""Versions from before drafts were known are in force, and always were."""

from datetime import date

from django.db import migrations


def put_in_force(apps, schema_editor):
    apps.get_model("indicators", "StatForm").objects.filter(valid_from=None).update(
        valid_from=date(2000, 1, 1)
    )


class Migration(migrations.Migration):
    dependencies = [("indicators", "0011_forms_are_in_force_from_a_day")]
    operations = [migrations.RunPython(put_in_force, migrations.RunPython.noop)]
