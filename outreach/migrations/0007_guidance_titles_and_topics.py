"""Guidance has a title of its own, so that the words of who asked stay with them; questions have a topic."""

from django.db import migrations, models

TITLED = "UPDATE outreach_helpquestion SET guidance_title = subject WHERE is_guidance"


class Migration(migrations.Migration):
    dependencies = [("outreach", "0006_published_articles_stay")]
    operations = [
        migrations.RemoveConstraint(
            model_name="helpquestion",
            name="guidance_is_an_answer",
        ),
        migrations.AddField(
            model_name="helpquestion",
            name="guidance_title",
            field=models.CharField(blank=True, max_length=120, verbose_name="指南标题"),
        ),
        migrations.AddField(
            model_name="helpquestion",
            name="topic",
            field=models.CharField(
                choices=[
                    ("titles", "认定与考核"),
                    ("returns", "统计填报"),
                    ("census", "资源普查"),
                    ("events", "活动与预约"),
                    ("credits", "科普学分"),
                    ("other", "其他"),
                ],
                default="other",
                max_length=10,
                verbose_name="类别",
            ),
        ),
        migrations.RunSQL(TITLED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="helpquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_guidance", False),
                    models.Q(("answered_at__isnull", False), models.Q(("guidance_title", ""), _negated=True)),
                    _connector="OR",
                ),
                name="guidance_is_an_answer",
                violation_error_message="只有已答复、写明指南标题的咨询可以公开。",
            ),
        ),
    ]
