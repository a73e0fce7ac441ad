import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0005_notices_as_each_person_wants_them"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="password_set_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="密码设置时间"
            ),
        ),
    ]
