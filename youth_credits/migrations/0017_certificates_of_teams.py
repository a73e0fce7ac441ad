"""A certificate of a team is entered once for each member; any other once at a school."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from youth_credits.migrations._policies import LEDGER, READ, SCHOOL, WRITE, bound

# The ledger may look, for the certificates that stand out; a number of a paper is no name.
POLICIES = {
    "teamcertificate": [("school", WRITE, f"school_id = {SCHOOL}"), ("ledger", READ, LEDGER)],
}

KEY = """
ALTER TABLE youth_credits_certificateclaim DROP CONSTRAINT youth_credits_certificateclaim_pkey;
ALTER TABLE youth_credits_certificateclaim ADD CONSTRAINT youth_credits_certificateclaim_pkey
    PRIMARY KEY (school_id, certificate, member);
"""
NO_KEY = """
ALTER TABLE youth_credits_certificateclaim DROP CONSTRAINT youth_credits_certificateclaim_pkey;
ALTER TABLE youth_credits_certificateclaim ADD CONSTRAINT youth_credits_certificateclaim_pkey
    PRIMARY KEY (school_id, certificate);
"""

# Whose claim it is follows from what the school said of the certificate, whoever writes it. Entries with a
# certificate are few.
MEMBERS = """
CREATE FUNCTION youth_credits_certificate_of_a_team() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.member := CASE WHEN EXISTS (SELECT FROM youth_credits_teamcertificate t
        WHERE (t.school_id, t.certificate) = (NEW.school_id, NEW.certificate)) THEN NEW.student_id ELSE 0 END;
    RETURN NEW;
END $$;
CREATE TRIGGER youth_credits_certificate_of_a_team BEFORE INSERT ON youth_credits_certificateclaim
    FOR EACH ROW EXECUTE FUNCTION youth_credits_certificate_of_a_team();
"""
NO_MEMBERS = """
DROP TRIGGER youth_credits_certificate_of_a_team ON youth_credits_certificateclaim;
DROP FUNCTION youth_credits_certificate_of_a_team();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0002_scope_and_audit_trail"),
        ("youth_credits", "0016_a_lost_pass_ends_after_it_was_issued"),
    ]

    operations = [
        migrations.CreateModel(
            name="TeamCertificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("certificate", models.CharField(max_length=60, verbose_name="证书编号")),
                (
                    "said_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="登记时间"
                    ),
                ),
            ],
            options={
                "verbose_name": "团队证书",
                "verbose_name_plural": "团队证书",
            },
        ),
        migrations.AddField(
            model_name="certificateclaim",
            name="member",
            field=models.BigIntegerField(
                db_default=0, help_text="团队证书为该学生，其他为 0。", verbose_name="团队成员"
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(KEY, NO_KEY)],
            state_operations=[
                migrations.AlterField(
                    model_name="certificateclaim",
                    name="pk",
                    field=models.CompositePrimaryKey(
                        "school_id",
                        "certificate",
                        "member",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="主键",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="certificateclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("member", 0), ("member", models.F("student_id")), _connector="OR"),
                name="certificate_claim_is_of_one_child_or_of_a_member",
            ),
        ),
        migrations.AddField(
            model_name="teamcertificate",
            name="school",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.organization",
                verbose_name="学校",
            ),
        ),
        migrations.AddConstraint(
            model_name="teamcertificate",
            constraint=models.UniqueConstraint(
                fields=("school", "certificate"),
                name="team_certificate_once_per_school",
                violation_error_message="该团队证书已登记。",
            ),
        ),
        migrations.AddConstraint(
            model_name="teamcertificate",
            constraint=models.CheckConstraint(
                condition=models.Q(("certificate", ""), _negated=True),
                name="team_certificate_has_a_number",
                violation_error_message="团队证书须有编号。",
            ),
        ),
        *bound(POLICIES),
        migrations.RunSQL(MEMBERS, NO_MEMBERS),
    ]
