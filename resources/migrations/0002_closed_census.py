"""What Django's models cannot say: a closed census, its answers, entries and files never change again."""

from django.db import migrations

LOCKS = """
CREATE FUNCTION resources_closed_census_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'closed' THEN
        RAISE EXCEPTION 'a closed census never changes';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER resources_closed_census_stays BEFORE UPDATE OR DELETE ON resources_censusround
    FOR EACH ROW EXECUTE FUNCTION resources_closed_census_stays();

-- The lock makes a closing wait for what is being written, and what comes after it see that it is closed.
CREATE FUNCTION resources_part_of_closed_census_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT status INTO held FROM resources_censusround WHERE id = OLD.round_id FOR SHARE;
        IF held = 'closed' THEN
            RAISE EXCEPTION 'parts of a closed census never change';
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT status INTO held FROM resources_censusround WHERE id = NEW.round_id FOR SHARE;
        IF held = 'closed' THEN
            RAISE EXCEPTION 'parts of a closed census never change';
        END IF;
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER resources_part_of_closed_census_stays BEFORE INSERT OR UPDATE OR DELETE ON resources_censusform
    FOR EACH ROW EXECUTE FUNCTION resources_part_of_closed_census_stays();
CREATE TRIGGER resources_part_of_closed_census_stays BEFORE INSERT OR UPDATE OR DELETE ON resources_censusunit
    FOR EACH ROW EXECUTE FUNCTION resources_part_of_closed_census_stays();
CREATE TRIGGER resources_part_of_closed_census_stays BEFORE INSERT OR UPDATE OR DELETE ON resources_censusentry
    FOR EACH ROW EXECUTE FUNCTION resources_part_of_closed_census_stays();

CREATE FUNCTION resources_answer_of_closed_census_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT r.status INTO held FROM resources_censusround r JOIN resources_censusunit u ON u.round_id = r.id
            WHERE u.id = OLD.unit_id FOR SHARE OF r;
        IF held = 'closed' THEN
            RAISE EXCEPTION 'answers of a closed census never change';
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT r.status INTO held FROM resources_censusround r JOIN resources_censusunit u ON u.round_id = r.id
            WHERE u.id = NEW.unit_id FOR SHARE OF r;
        IF held = 'closed' THEN
            RAISE EXCEPTION 'answers of a closed census never change';
        END IF;
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER resources_answer_of_closed_census_stays BEFORE INSERT OR UPDATE OR DELETE ON resources_censusanswer
    FOR EACH ROW EXECUTE FUNCTION resources_answer_of_closed_census_stays();

CREATE FUNCTION resources_made_directory_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'ready' THEN
        RAISE EXCEPTION 'a published directory never changes';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER resources_made_directory_stays BEFORE UPDATE OR DELETE ON resources_censusdirectory
    FOR EACH ROW EXECUTE FUNCTION resources_made_directory_stays();
"""
NO_LOCKS = """
DROP TRIGGER resources_made_directory_stays ON resources_censusdirectory;
DROP TRIGGER resources_answer_of_closed_census_stays ON resources_censusanswer;
DROP TRIGGER resources_part_of_closed_census_stays ON resources_censusentry;
DROP TRIGGER resources_part_of_closed_census_stays ON resources_censusunit;
DROP TRIGGER resources_part_of_closed_census_stays ON resources_censusform;
DROP TRIGGER resources_closed_census_stays ON resources_censusround;
DROP FUNCTION resources_made_directory_stays();
DROP FUNCTION resources_answer_of_closed_census_stays();
DROP FUNCTION resources_part_of_closed_census_stays();
DROP FUNCTION resources_closed_census_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("resources", "0001_initial")]
    operations = [migrations.RunSQL(LOCKS, NO_LOCKS)]
