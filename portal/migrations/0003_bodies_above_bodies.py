"""A body may stand under another; going up from a body never leads back to it."""

import django.db.models.deletion
from django.db import migrations, models

RULE = """
CREATE FUNCTION portal_organization_not_above_itself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.parent_id IS NULL THEN
        RETURN NEW;
    END IF;
    -- Two changes at once could each look right and make a circle together: one waits for the other.
    PERFORM pg_advisory_xact_lock(hashtext('portal_organization_parent'));
    IF EXISTS (
        WITH RECURSIVE above (id) AS (
            SELECT NEW.parent_id
            UNION
            SELECT o.parent_id FROM portal_organization o JOIN above a ON o.id = a.id WHERE o.parent_id IS NOT NULL
        ) SELECT FROM above WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'organization_not_above_itself' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER portal_organization_not_above_itself BEFORE INSERT OR UPDATE OF parent_id ON portal_organization
    FOR EACH ROW EXECUTE FUNCTION portal_organization_not_above_itself();
"""
NO_RULE = """
DROP TRIGGER portal_organization_not_above_itself ON portal_organization;
DROP FUNCTION portal_organization_not_above_itself();
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_scope_and_audit_trail")]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                help_text="母公司或主管单位；评审时，同一上级的单位互相回避。",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="subsidiaries",
                to="portal.organization",
                verbose_name="上级单位",
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent", None), models.Q(("parent", models.F("pk")), _negated=True), _connector="OR"
                ),
                name="organization_not_its_own_parent",
                violation_error_message="上级单位不能是本单位，也不能是本单位的下级单位。",
            ),
        ),
        migrations.RunSQL(RULE, NO_RULE),
    ]
