"""A published report is written once, and its parts with it."""

from django.db import migrations

LOCKS = """
CREATE FUNCTION indicators_published_report_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'published' THEN
        RAISE EXCEPTION 'a published report is written once';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER indicators_published_report_stays BEFORE UPDATE OR DELETE ON indicators_annualreport
    FOR EACH ROW EXECUTE FUNCTION indicators_published_report_stays();

CREATE FUNCTION indicators_published_parts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
    SELECT status INTO held FROM indicators_annualreport
        WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.report_id ELSE NEW.report_id END;
    IF held = 'published' THEN
        RAISE EXCEPTION 'parts of a published report are written once';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER indicators_published_parts_stay BEFORE INSERT OR UPDATE OR DELETE ON indicators_reportpart
    FOR EACH ROW EXECUTE FUNCTION indicators_published_parts_stay();
"""
NO_LOCKS = """
DROP TRIGGER indicators_published_parts_stay ON indicators_reportpart;
DROP FUNCTION indicators_published_parts_stay();
DROP TRIGGER indicators_published_report_stays ON indicators_annualreport;
DROP FUNCTION indicators_published_report_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0004_what_a_method_in_use_is")]
    operations = [migrations.RunSQL(LOCKS, NO_LOCKS)]
