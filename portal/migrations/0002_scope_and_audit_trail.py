"""What Django's models cannot say: scope functions for row-level security, the append-only audit trail."""

from django.db import migrations

from portal.scope import DROP_SCOPE_FUNCTION, SCOPE_FUNCTION

TRAIL = """
ALTER TABLE portal_auditentry ADD COLUMN xact xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE FUNCTION portal_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND NEW.number IS NOT NULL
        AND to_jsonb(NEW) - 'number' - 'digest' = to_jsonb(OLD) - 'number' - 'digest' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit entries are never changed or deleted';
END $$;
CREATE TRIGGER portal_audit_is_append_only BEFORE UPDATE OR DELETE ON portal_auditentry
    FOR EACH ROW EXECUTE FUNCTION portal_audit_is_append_only();
"""
NO_TRAIL = """
DROP TRIGGER portal_audit_is_append_only ON portal_auditentry;
DROP FUNCTION portal_audit_is_append_only();
ALTER TABLE portal_auditentry DROP COLUMN xact;
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial")]
    operations = [
        migrations.RunSQL(SCOPE_FUNCTION, DROP_SCOPE_FUNCTION),
        migrations.RunSQL(TRAIL, NO_TRAIL),
    ]
