from django.db import migrations

# Every other kind is brought to people, as a new one is until somebody says otherwise.
CHANNELS = {
    "onsite": ["venue", "nature", "open_lab", "study_site", "exhibit"],
    "online": ["online_course", "article"],
    "print": ["book"],
    "broadcast": ["film"],
}


def fill(apps, schema_editor):
    kinds = apps.get_model("resources", "ResourceKind")
    for channel, codes in CHANNELS.items():
        kinds.objects.filter(code__in=codes).update(channel=channel)


class Migration(migrations.Migration):
    dependencies = [
        ("resources", "0004_kinds_have_a_channel"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
