from django.db import migrations, models


class Migration(migrations.Migration):
    """What the menu is filtered by besides: ages, days of the week, booking, what is there for disabled people.

    The next night fills the columns of every entry; a change of a resource those of its own.
    """

    dependencies = [("resources", "0003_works_hold")]

    operations = [
        migrations.AddField(
            "menuentry",
            "age_bits",
            models.SmallIntegerField("年龄段", db_default=0, help_text="按年龄段次序的二进制位。"),
        ),
        migrations.AddField(
            "menuentry",
            "weekday_bits",
            models.SmallIntegerField("每周开放", db_default=0, help_text="按星期次序的二进制位。"),
        ),
        migrations.AddField(
            "menuentry",
            "booking_bits",
            models.SmallIntegerField("预约方式", db_default=0, help_text="按预约方式次序的二进制位。"),
        ),
        migrations.AddField(
            "menuentry",
            "access_bits",
            models.SmallIntegerField("无障碍", db_default=0, help_text="按设施次序的二进制位。"),
        ),
    ]
