import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import talent.models


def give_codes(apps, schema_editor):
    """Each person a code of their own; a default would give all the same."""
    people = apps.get_model("talent", "Person")
    for person in people.objects.filter(code="").iterator(chunk_size=1000):
        people.objects.filter(pk=person.pk).update(code=talent.models.new_code())


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("talent", "0002_hours_are_append_only"),
    ]
    operations = [
        migrations.AddField(
            "person",
            "account",
            models.ForeignKey(
                blank=True,
                help_text="本人登录后可查看自己的服务时长。",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="talents",
                to=settings.AUTH_USER_MODEL,
                verbose_name="本人账号",
            ),
        ),
        migrations.AddField(
            "person",
            "code",
            models.CharField("人才编号", default="", editable=False, max_length=12),
            preserve_default=False,
        ),
        migrations.RunPython(give_codes, migrations.RunPython.noop),
        migrations.AlterField(
            "person",
            "code",
            models.CharField(
                "人才编号", default=talent.models.new_code, editable=False, max_length=12, unique=True
            ),
        ),
    ]
