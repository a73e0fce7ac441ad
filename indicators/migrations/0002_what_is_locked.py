"""What Django's models cannot say: accepted returns and published vintages are written once."""

from django.db import migrations

LOCKS = """
CREATE FUNCTION indicators_accepted_return_is_locked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
    SELECT status INTO held FROM indicators_return
        WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.filing_id ELSE NEW.filing_id END FOR SHARE;
    IF held = 'accepted' THEN
        RAISE EXCEPTION 'cells of an accepted return are locked';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER indicators_accepted_return_is_locked BEFORE INSERT OR UPDATE OR DELETE ON indicators_returncell
    FOR EACH ROW EXECUTE FUNCTION indicators_accepted_return_is_locked();

CREATE FUNCTION indicators_published_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.kind = 'published' THEN
        RAISE EXCEPTION 'a published vintage is written once';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER indicators_published_is_written_once BEFORE UPDATE OR DELETE ON indicators_vintage
    FOR EACH ROW EXECUTE FUNCTION indicators_published_is_written_once();

CREATE FUNCTION indicators_published_results_stay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
    SELECT kind INTO held FROM indicators_vintage
        WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.vintage_id ELSE NEW.vintage_id END;
    IF held = 'published' THEN
        RAISE EXCEPTION 'results of a published vintage are written once';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER indicators_published_results_stay BEFORE INSERT OR UPDATE OR DELETE ON indicators_vintagecell
    FOR EACH ROW EXECUTE FUNCTION indicators_published_results_stay();
CREATE TRIGGER indicators_published_results_stay BEFORE INSERT OR UPDATE OR DELETE ON indicators_vintagecontribution
    FOR EACH ROW EXECUTE FUNCTION indicators_published_results_stay();

CREATE FUNCTION indicators_method_in_use_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM indicators_vintage WHERE edition_id = OLD.edition_id AND kind = 'published') THEN
        RAISE EXCEPTION 'the method of a published vintage does not change';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER indicators_method_in_use_stays BEFORE UPDATE OR DELETE ON indicators_indicatorversion
    FOR EACH ROW EXECUTE FUNCTION indicators_method_in_use_stays();
CREATE TRIGGER indicators_method_in_use_stays BEFORE UPDATE OR DELETE ON indicators_node
    FOR EACH ROW EXECUTE FUNCTION indicators_method_in_use_stays();
"""
NO_LOCKS = """
DROP TRIGGER indicators_accepted_return_is_locked ON indicators_returncell;
DROP TRIGGER indicators_published_is_written_once ON indicators_vintage;
DROP TRIGGER indicators_published_results_stay ON indicators_vintagecell;
DROP TRIGGER indicators_published_results_stay ON indicators_vintagecontribution;
DROP TRIGGER indicators_method_in_use_stays ON indicators_indicatorversion;
DROP TRIGGER indicators_method_in_use_stays ON indicators_node;
DROP FUNCTION indicators_accepted_return_is_locked();
DROP FUNCTION indicators_published_is_written_once();
DROP FUNCTION indicators_published_results_stay();
DROP FUNCTION indicators_method_in_use_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0001_initial")]
    operations = [migrations.RunSQL(LOCKS, NO_LOCKS)]
