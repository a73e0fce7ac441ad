from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("resources", "0001_initial")]
    operations = []
