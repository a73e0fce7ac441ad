"""From 14 on a child decides itself who, besides its school, sees its credits; guardians' words end there.

Basis: 个人信息保护法第三十一条 (guardians consent for the under-14).
"""

# ruff: noqa: S608  policies of our own names
from django.conf import settings
from django.db import migrations, models

from youth_credits.migrations._policies import GUARDIAN, TODAY, WARDS

GIVEN = f"consented_on <= {TODAY} AND withdrawn_on IS NULL"
IS_14 = f"turns_14_year < extract(year FROM {TODAY})"
BEFORE = f"({GIVEN} OR {IS_14})"
# A no that was said at 14 or later is the child's own.
NOW = (
    f"(CASE WHEN {IS_14} THEN withdrawn_on IS NULL OR extract(year FROM withdrawn_on) <= turns_14_year"
    f" ELSE {GIVEN} END)"
)


def shown(condition: str) -> str:
    """Which children guardians and approved cases see."""
    return f"""
ALTER POLICY access_case ON youth_credits_student
    USING (id IN (SELECT youth_credits_child_of_case()) AND {condition});
CREATE OR REPLACE FUNCTION youth_credits_wards_shown() RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 3 AS $$
BEGIN
    IF portal_scope_id('guardian') IS NOT NULL THEN
        RETURN QUERY SELECT id FROM youth_credits_student
            WHERE id IN (SELECT youth_credits_wards()) AND {condition};
    END IF;
END $$;
"""


def effect(withdrawal: str) -> str:
    """What a consent does to the child's own row."""
    return f"""
CREATE OR REPLACE FUNCTION youth_credits_consent_takes_effect() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    outer_scope text := coalesce(current_setting('portal.scope', true), '');
BEGIN
    PERFORM set_config('portal.scope', 'steward', true);
    IF NEW.kind = 'given' THEN
        UPDATE youth_credits_student
        SET consented_on = NEW."on", consent_version = NEW.version, withdrawn_on = NULL
        WHERE id = NEW.student_id;
    ELSE
        UPDATE youth_credits_student SET withdrawn_on = NEW."on" WHERE id = NEW.student_id AND {withdrawal};
    END IF;
    IF NOT FOUND THEN
        RAISE check_violation USING MESSAGE = 'nothing to withdraw';
    END IF;
    PERFORM set_config('portal.scope', outer_scope, true);
    RETURN NULL;
END $$;
"""


EFFECT_BEFORE = effect("consented_on IS NOT NULL AND withdrawn_on IS NULL")
# A child may say no to what nobody had said yes to.
EFFECT_NOW = effect(
    """CASE NEW.way
            WHEN 'child' THEN withdrawn_on IS NULL OR extract(year FROM withdrawn_on) <= turns_14_year
            ELSE consented_on IS NOT NULL AND withdrawn_on IS NULL END"""
)

SAYS = f"student_id IN {WARDS} AND guardian_id = {GUARDIAN} AND way = 'account'"
UNDER_14 = (
    "EXISTS (SELECT FROM youth_credits_student s WHERE s.id = student_id"
    f" AND s.turns_14_year >= extract(year FROM {TODAY}))"
)
SAYS_BEFORE = f"ALTER POLICY guardian_say ON youth_credits_consent WITH CHECK ({SAYS})"
SAYS_NOW = f"ALTER POLICY guardian_say ON youth_credits_consent WITH CHECK ({SAYS} AND {UNDER_14})"


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0002_scope_and_audit_trail"),
        ("youth_credits", "0017_certificates_of_teams"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="consent",
            name="consent_on_paper_says_who_signed_and_who_wrote_it_down",
        ),
        migrations.RemoveConstraint(
            model_name="student",
            name="student_consent_has_day_and_version",
        ),
        migrations.AlterField(
            model_name="consent",
            name="way",
            field=models.CharField(
                choices=[
                    ("account", "监护人本人在平台办理"),
                    ("paper", "学校按纸质签字件登记"),
                    ("child", "学校按满14周岁学生本人签字件登记"),
                    ("roll", "学校按名册登记"),
                ],
                max_length=10,
                verbose_name="方式",
            ),
        ),
        migrations.AlterField(
            model_name="nomination",
            name="status",
            field=models.CharField(
                choices=[
                    ("proposed", "待同意"),
                    ("consented", "已同意"),
                    ("active", "培养中"),
                    ("declined", "未同意"),
                    ("ended", "已结束"),
                ],
                default="proposed",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("way__in", ["paper", "child"]), _negated=True),
                    ("signer_sealed__isnull", False),
                    _connector="OR",
                ),
                name="consent_on_paper_says_who_signed_and_who_wrote_it_down",
                violation_error_message="按纸质件登记须写明签字人。",
            ),
        ),
        migrations.AddConstraint(
            model_name="student",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("consent_version", ""), ("consented_on", None)),
                    models.Q(
                        ("consented_on__isnull", False), models.Q(("consent_version", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="student_consent_has_day_and_version",
                violation_error_message="监护人同意须同时有同意书版本和日期。",
            ),
        ),
        migrations.RunSQL(shown(NOW), shown(BEFORE)),
        migrations.RunSQL(EFFECT_NOW, EFFECT_BEFORE),
        migrations.RunSQL(SAYS_NOW, SAYS_BEFORE),
    ]
