from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("resources", "0003_works_hold"),
    ]

    operations = [
        migrations.AddField(
            model_name="resourcekind",
            name="channel",
            field=models.CharField(
                choices=[
                    ("onsite", "到场"),
                    ("delivered", "送上门"),
                    ("online", "网络"),
                    ("broadcast", "影视音频"),
                    ("print", "图书报刊"),
                ],
                default="delivered",
                help_text="这类资源怎样到达公众。",
                max_length=10,
                verbose_name="传播渠道",
            ),
        ),
    ]
