"""What Django's models cannot say: an application comes in time, a round closes when nothing is open."""

from django.db import migrations

RULES = """
CREATE FUNCTION outreach_application_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held outreach_round%ROWTYPE;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.submitted_at IS NOT DISTINCT FROM OLD.submitted_at
        AND NEW.resubmitted_at IS NOT DISTINCT FROM OLD.resubmitted_at THEN
        RETURN NEW;
    END IF;
    SELECT * INTO held FROM outreach_round WHERE id = NEW.round_id FOR SHARE;
    IF NEW.submitted_at IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.submitted_at IS DISTINCT FROM OLD.submitted_at)
        AND (NEW.submitted_at AT TIME ZONE 'Asia/Shanghai')::date
            NOT BETWEEN held.apply_from AND held.apply_until THEN
        RAISE EXCEPTION 'application_in_time' USING ERRCODE = '23514';
    END IF;
    IF NEW.resubmitted_at IS NOT NULL
        AND (TG_OP = 'INSERT' OR NEW.resubmitted_at IS DISTINCT FROM OLD.resubmitted_at)
        AND (NEW.resubmitted_at AT TIME ZONE 'Asia/Shanghai')::date > held.recommend_until THEN
        RAISE EXCEPTION 'application_in_time' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_application_in_time BEFORE INSERT OR UPDATE ON outreach_application
    FOR EACH ROW EXECUTE FUNCTION outreach_application_in_time();

CREATE FUNCTION outreach_round_closes_when_nothing_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'closed' AND OLD.status <> 'closed' AND EXISTS (
        SELECT FROM outreach_application WHERE round_id = NEW.id
            AND status NOT IN ('draft', 'not_recommended', 'inadmissible', 'granted', 'refused', 'withdrawn')
    ) THEN
        RAISE EXCEPTION 'round_closes_when_nothing_is_open' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_round_closes_when_nothing_is_open BEFORE UPDATE ON outreach_round
    FOR EACH ROW EXECUTE FUNCTION outreach_round_closes_when_nothing_is_open();

-- What is still open in a closed round could never be decided.
CREATE FUNCTION outreach_closed_round_takes_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
    SELECT status INTO held FROM outreach_round WHERE id = NEW.round_id FOR SHARE;
    IF held = 'closed'
        AND NEW.status NOT IN ('draft', 'not_recommended', 'inadmissible', 'granted', 'refused', 'withdrawn') THEN
        RAISE EXCEPTION 'closed_round_takes_nothing' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_closed_round_takes_nothing BEFORE INSERT OR UPDATE OF status, round_id
    ON outreach_application FOR EACH ROW EXECUTE FUNCTION outreach_closed_round_takes_nothing();
"""
NO_RULES = """
DROP TRIGGER outreach_closed_round_takes_nothing ON outreach_application;
DROP FUNCTION outreach_closed_round_takes_nothing();
DROP TRIGGER outreach_round_closes_when_nothing_is_open ON outreach_round;
DROP FUNCTION outreach_round_closes_when_nothing_is_open();
DROP TRIGGER outreach_application_in_time ON outreach_application;
DROP FUNCTION outreach_application_in_time();
"""


class Migration(migrations.Migration):
    dependencies = [("outreach", "0001_initial")]
    operations = [migrations.RunSQL(RULES, NO_RULES)]
