"""What Django's models cannot say of a panel: no conflict, no points off the ladder, nothing after handing in."""

from django.db import migrations

RULES = """
CREATE FUNCTION outreach_review_without_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE FUNCTION outreach_score_within_ladder() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE line outreach_criterion%ROWTYPE; held text; form bigint;
BEGIN
    SELECT * INTO line FROM outreach_criterion WHERE id = NEW.criterion_id;
    SELECT v.status, r.form_id INTO held, form FROM outreach_review v
        JOIN outreach_application a ON a.id = v.application_id JOIN outreach_round r ON r.id = a.round_id
        WHERE v.id = NEW.review_id FOR SHARE OF v;
    IF held <> 'open' THEN
        RAISE EXCEPTION 'score_stays_once_handed_in' USING ERRCODE = '23514';
    END IF;
    IF line.form_id <> form THEN
        RAISE EXCEPTION 'score_of_the_round_s_own_form' USING ERRCODE = '23514';
    END IF;
    IF line.how = 'formula'
        OR line.how = 'ladder' AND NOT NEW.points = ANY (line.ladder)
        OR line.how = 'range' AND (NEW.points NOT BETWEEN 0 AND line.points OR NEW.points * 2 <> floor(NEW.points * 2))
    THEN
        RAISE EXCEPTION 'score_within_ladder' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_score_within_ladder BEFORE INSERT OR UPDATE ON outreach_score
    FOR EACH ROW EXECUTE FUNCTION outreach_score_within_ladder();

CREATE FUNCTION outreach_objection_within_notice() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER outreach_objection_within_notice BEFORE INSERT OR UPDATE OF received_at, application_id
    ON outreach_objection FOR EACH ROW EXECUTE FUNCTION outreach_objection_within_notice();

CREATE FUNCTION outreach_round_closes_when_objections_are_answered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'closed' AND OLD.status <> 'closed' AND EXISTS (
        SELECT FROM outreach_objection o JOIN outreach_application a ON a.id = o.application_id
            WHERE a.round_id = NEW.id AND o.status = 'submitted'
    ) THEN
        RAISE EXCEPTION 'round_closes_when_nothing_is_open' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_round_closes_when_objections_are_answered BEFORE UPDATE ON outreach_round
    FOR EACH ROW EXECUTE FUNCTION outreach_round_closes_when_objections_are_answered();

-- A number that was given out is never given to another title, nor taken from the one that has it.
CREATE FUNCTION outreach_title_keeps_its_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.paper_id IS NOT NULL AND (NEW.paper_id IS DISTINCT FROM OLD.paper_id OR NEW.number <> OLD.number) THEN
        RAISE EXCEPTION 'title_keeps_its_number' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_title_keeps_its_paper BEFORE UPDATE ON outreach_title
    FOR EACH ROW EXECUTE FUNCTION outreach_title_keeps_its_paper();
"""
NO_RULES = """
DROP TRIGGER outreach_title_keeps_its_paper ON outreach_title;
DROP FUNCTION outreach_title_keeps_its_paper();
DROP TRIGGER outreach_round_closes_when_objections_are_answered ON outreach_round;
DROP FUNCTION outreach_round_closes_when_objections_are_answered();
DROP TRIGGER outreach_objection_within_notice ON outreach_objection;
DROP FUNCTION outreach_objection_within_notice();
DROP TRIGGER outreach_score_within_ladder ON outreach_score;
DROP FUNCTION outreach_score_within_ladder();
DROP TRIGGER outreach_review_without_conflict ON outreach_review;
DROP FUNCTION outreach_review_without_conflict();
"""


class Migration(migrations.Migration):
    dependencies = [("outreach", "0002_nobody_is_late")]
    operations = [migrations.RunSQL(RULES, NO_RULES)]
