"""Kept totals know what part of the minimum is asked; those of schools with approved cases are counted anew."""

from django.db import migrations, models

KNOWN = """
SELECT set_config('portal.scope', 'steward', true);
INSERT INTO youth_credits_totalswanted (school_id, school_year, wanted_at)
    SELECT DISTINCT e.school_id, s.school_year, now()
    FROM youth_credits_specialcase s JOIN youth_credits_enrolment e USING (student_id)
    WHERE s.status = 'approved' ON CONFLICT DO NOTHING;
SELECT set_config('portal.scope', '', true);
ALTER TABLE youth_credits_credittotal
    ADD COLUMN share numeric(4, 3) DEFAULT 1 NOT NULL,
    DROP CONSTRAINT youth_credits_credittotal_pkey,
    ADD PRIMARY KEY (school_year, school_id, grade, share, quarters);
"""
# What was told apart is counted anew by the night, as what is missing.
FORGOTTEN = """
SELECT set_config('portal.scope', 'steward', true);
DELETE FROM youth_credits_credittotal t USING youth_credits_credittotal o
    WHERE (o.school_year, o.school_id) = (t.school_year, t.school_id) AND o.share < 1;
SELECT set_config('portal.scope', '', true);
ALTER TABLE youth_credits_credittotal
    DROP CONSTRAINT youth_credits_credittotal_pkey,
    ADD PRIMARY KEY (school_year, school_id, grade, quarters),
    DROP COLUMN share;
"""


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0018_an_erasure_blanks_award_and_note")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(KNOWN, FORGOTTEN)],
            state_operations=[
                migrations.AddField(
                    "credittotal",
                    "share",
                    models.DecimalField(
                        db_default=1,
                        decimal_places=3,
                        default=1,
                        help_text="全额为 1。",
                        max_digits=4,
                        verbose_name="最低学分按比例",
                    ),
                ),
                migrations.AlterField(
                    "credittotal",
                    "pk",
                    models.CompositePrimaryKey(
                        "school_year",
                        "school_id",
                        "grade",
                        "share",
                        "quarters",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="主键",
                    ),
                ),
            ],
        )
    ]
