"""A method in use takes no new part either, and says of itself what it said: new rows are refused as changes are."""

from django.db import migrations

LOCKS = """
CREATE OR REPLACE FUNCTION indicators_method_in_use_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM indicators_vintage WHERE kind = 'published'
               AND edition_id = CASE WHEN TG_OP = 'INSERT' THEN NEW.edition_id ELSE OLD.edition_id END) THEN
        RAISE EXCEPTION 'the method of a published vintage does not change';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
DROP TRIGGER indicators_method_in_use_stays ON indicators_indicatorversion;
DROP TRIGGER indicators_method_in_use_stays ON indicators_node;
CREATE TRIGGER indicators_method_in_use_stays BEFORE INSERT OR UPDATE OR DELETE ON indicators_indicatorversion
    FOR EACH ROW EXECUTE FUNCTION indicators_method_in_use_stays();
CREATE TRIGGER indicators_method_in_use_stays BEFORE INSERT OR UPDATE OR DELETE ON indicators_node
    FOR EACH ROW EXECUTE FUNCTION indicators_method_in_use_stays();

CREATE FUNCTION indicators_edition_in_use_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM indicators_vintage WHERE edition_id = OLD.id AND kind = 'published') THEN
        RAISE EXCEPTION 'the method of a published vintage does not change';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER indicators_edition_in_use_stays BEFORE UPDATE OR DELETE ON indicators_edition
    FOR EACH ROW EXECUTE FUNCTION indicators_edition_in_use_stays();

CREATE FUNCTION indicators_opinion_in_use_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM indicators_vintage v JOIN indicators_node n ON n.edition_id = v.edition_id
               WHERE v.kind = 'published'
                 AND n.id = CASE WHEN TG_OP = 'INSERT' THEN NEW.node_id ELSE OLD.node_id END) THEN
        RAISE EXCEPTION 'the method of a published vintage does not change';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER indicators_opinion_in_use_stays BEFORE INSERT OR UPDATE OR DELETE ON indicators_weightopinion
    FOR EACH ROW EXECUTE FUNCTION indicators_opinion_in_use_stays();
"""
NO_LOCKS = """
DROP TRIGGER indicators_opinion_in_use_stays ON indicators_weightopinion;
DROP FUNCTION indicators_opinion_in_use_stays();
DROP TRIGGER indicators_edition_in_use_stays ON indicators_edition;
DROP FUNCTION indicators_edition_in_use_stays();
DROP TRIGGER indicators_method_in_use_stays ON indicators_indicatorversion;
DROP TRIGGER indicators_method_in_use_stays ON indicators_node;
CREATE OR REPLACE FUNCTION indicators_method_in_use_stays() RETURNS trigger LANGUAGE plpgsql AS $$
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


class Migration(migrations.Migration):
    dependencies = [("indicators", "0003_handed_in_is_written_once")]
    operations = [migrations.RunSQL(LOCKS, NO_LOCKS)]
