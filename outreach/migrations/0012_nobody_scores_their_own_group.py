"""What Django's models cannot say of groups of bodies, of places in a notice and of the log of reminders."""

from django.db import migrations

RULES = """
-- A member's body and those where they hold a post, and with each the body above, beside and below it.
CREATE OR REPLACE FUNCTION outreach_review_without_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE body bigint; above bigint; own bigint; person bigint;
BEGIN
    IF NEW.status IN ('recused', 'replaced') THEN
        RETURN NEW;
    END IF;
    SELECT o.id, o.parent_id INTO body, above FROM outreach_application a
        JOIN portal_organization o ON o.id = a.organization_id WHERE a.id = NEW.application_id;
    SELECT organization_id, user_id INTO own, person FROM outreach_panelmember WHERE id = NEW.member_id;
    IF EXISTS (SELECT FROM outreach_recusal WHERE member_id = NEW.member_id AND organization_id = body)
        OR EXISTS (
            SELECT FROM portal_organization o
            WHERE (o.id = own OR o.id IN (SELECT organization_id FROM portal_grant WHERE user_id = person))
            AND (o.id = body OR o.parent_id = body OR o.id = above OR o.parent_id = above)
        ) THEN
        RAISE EXCEPTION 'review_without_conflict' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
-- A reminder of a sheet whose member has come into a conflict since is no score of theirs.
DROP TRIGGER outreach_review_without_conflict ON outreach_review;
CREATE TRIGGER outreach_review_without_conflict BEFORE INSERT OR UPDATE OF application_id, member_id, status
    ON outreach_review FOR EACH ROW EXECUTE FUNCTION outreach_review_without_conflict();

-- Who moves up once the notice has begun takes a place that became free, and is before the public for days of its own.
CREATE FUNCTION outreach_notice_keeps_its_places() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held outreach_round%ROWTYPE;
BEGIN
    SELECT * INTO held FROM outreach_round WHERE id = NEW.round_id FOR NO KEY UPDATE;
    IF held.status <> 'noticed' THEN
        RETURN NEW;
    END IF;
    IF NEW.notice_until IS NULL OR NEW.notice_from < held.notice_from THEN
        RAISE EXCEPTION 'case_moved_up_has_days_of_its_own' USING ERRCODE = '23514';
    END IF;
    IF (SELECT count(*) FROM outreach_application WHERE round_id = NEW.round_id AND status IN ('proposed', 'granted'))
        >= coalesce(held.notice_places, 0) THEN
        RAISE EXCEPTION 'notice_keeps_its_places' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_notice_keeps_its_places BEFORE UPDATE OF status ON outreach_application FOR EACH ROW
    WHEN (NEW.status = 'proposed' AND OLD.status <> 'proposed')
    EXECUTE FUNCTION outreach_notice_keeps_its_places();

CREATE OR REPLACE FUNCTION outreach_objection_within_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held outreach_round%ROWTYPE; first date; last date;
BEGIN
    SELECT r.* INTO held FROM outreach_round r JOIN outreach_application a ON a.round_id = r.id
        WHERE a.id = NEW.application_id FOR SHARE OF r;
    SELECT coalesce(notice_from, held.notice_from), coalesce(notice_until, held.notice_until) INTO first, last
        FROM outreach_application WHERE id = NEW.application_id;
    IF held.status <> 'noticed'
        OR (NEW.received_at AT TIME ZONE 'Asia/Shanghai')::date NOT BETWEEN first AND last THEN
        RAISE EXCEPTION 'objection_within_notice' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION outreach_reminders_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'reminders of sheets are never changed or deleted';
END $$;
CREATE TRIGGER outreach_reminders_are_append_only BEFORE UPDATE OR DELETE ON outreach_reviewreminder
    FOR EACH ROW EXECUTE FUNCTION outreach_reminders_are_append_only();
"""
NO_RULES = """
DROP TRIGGER outreach_reminders_are_append_only ON outreach_reviewreminder;
DROP FUNCTION outreach_reminders_are_append_only();
CREATE OR REPLACE FUNCTION outreach_objection_within_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held outreach_round%ROWTYPE;
BEGIN
    SELECT r.* INTO held FROM outreach_round r JOIN outreach_application a ON a.round_id = r.id
        WHERE a.id = NEW.application_id FOR SHARE OF r;
    IF held.status <> 'noticed' OR (NEW.received_at AT TIME ZONE 'Asia/Shanghai')::date
        NOT BETWEEN held.notice_from AND held.notice_until THEN
        RAISE EXCEPTION 'objection_within_notice' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER outreach_notice_keeps_its_places ON outreach_application;
DROP FUNCTION outreach_notice_keeps_its_places();
DROP TRIGGER outreach_review_without_conflict ON outreach_review;
CREATE OR REPLACE FUNCTION outreach_review_without_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE body bigint; own bigint; person bigint;
BEGIN
    IF NEW.status = 'recused' THEN
        RETURN NEW;
    END IF;
    SELECT organization_id INTO body FROM outreach_application WHERE id = NEW.application_id;
    SELECT organization_id, user_id INTO own, person FROM outreach_panelmember WHERE id = NEW.member_id;
    IF own = body
        OR EXISTS (SELECT FROM outreach_recusal WHERE member_id = NEW.member_id AND organization_id = body)
        OR EXISTS (SELECT FROM portal_grant WHERE user_id = person AND organization_id = body) THEN
        RAISE EXCEPTION 'review_without_conflict' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_review_without_conflict BEFORE INSERT OR UPDATE ON outreach_review
    FOR EACH ROW EXECUTE FUNCTION outreach_review_without_conflict();
"""


class Migration(migrations.Migration):
    dependencies = [("outreach", "0011_a_reserve_behind_the_line")]
    operations = [migrations.RunSQL(RULES, NO_RULES)]
