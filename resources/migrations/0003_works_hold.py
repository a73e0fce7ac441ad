"""What Django's models cannot say of works: money within the call, sums that add up, who may not judge."""

from django.db import migrations

RULES = """
-- The call counts what its applications bind; its own check refuses more than its budget.
CREATE FUNCTION resources_work_binds_money() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before numeric := 0;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := OLD.bound_yuan;
    END IF;
    IF NEW.bound_yuan <> before THEN
        UPDATE resources_workcall SET bound_yuan = bound_yuan + NEW.bound_yuan - before WHERE id = NEW.call_id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER resources_work_binds_money AFTER INSERT OR UPDATE OF bound_yuan ON resources_workapplication
    FOR EACH ROW EXECUTE FUNCTION resources_work_binds_money();

CREATE FUNCTION resources_work_is_handed_in_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked resources_workcall; parts numeric;
BEGIN
    IF NEW.status <> 'submitted' THEN
        RETURN NEW;
    END IF;
    SELECT * INTO asked FROM resources_workcall WHERE id = NEW.call_id FOR SHARE;
    IF asked.status <> 'published' OR NEW.submitted_at < asked.opens_at OR NEW.submitted_at >= asked.closes_at THEN
        RAISE EXCEPTION 'handed in outside the call''s time' USING ERRCODE = 'check_violation';
    END IF;
    SELECT coalesce(sum(amount_yuan), 0) INTO parts FROM resources_workbudgetline WHERE application_id = NEW.id;
    IF parts IS DISTINCT FROM NEW.requested_yuan THEN
        RAISE EXCEPTION 'the budget does not add up' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.requested_yuan > asked.most_yuan THEN
        RAISE EXCEPTION 'more than one work may ask for' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER resources_work_is_handed_in_whole BEFORE INSERT OR UPDATE OF status ON resources_workapplication
    FOR EACH ROW EXECUTE FUNCTION resources_work_is_handed_in_whole();

CREATE FUNCTION resources_work_budget_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
    SELECT status INTO held FROM resources_workapplication
        WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.application_id ELSE NEW.application_id END FOR SHARE;
    IF held <> 'draft' THEN
        RAISE EXCEPTION 'the budget of what was handed in stays' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER resources_work_budget_stays BEFORE INSERT OR UPDATE OR DELETE ON resources_workbudgetline
    FOR EACH ROW EXECUTE FUNCTION resources_work_budget_stays();

-- Nobody judges the work of a unit they hold a post in, belong to, or said they cannot judge.
CREATE FUNCTION resources_work_reviewer_is_free() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE unit bigint;
BEGIN
    SELECT organization_id INTO unit FROM resources_workapplication WHERE id = NEW.application_id;
    IF EXISTS (SELECT FROM portal_grant WHERE user_id = NEW.reviewer_id AND organization_id = unit)
        OR EXISTS (SELECT FROM talent_person WHERE account_id = NEW.reviewer_id AND organization_id = unit)
        OR EXISTS (SELECT FROM resources_reviewerinterest
                   WHERE reviewer_id = NEW.reviewer_id AND organization_id = unit) THEN
        RAISE EXCEPTION 'the reviewer belongs to the applicant' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER resources_work_reviewer_is_free BEFORE INSERT OR UPDATE OF reviewer_id, application_id
    ON resources_workreview FOR EACH ROW EXECUTE FUNCTION resources_work_reviewer_is_free();

ALTER TABLE resources_workscore ADD CONSTRAINT work_score_is_on_the_ladder
    FOREIGN KEY (rung_id, criterion_id) REFERENCES resources_workrung (id, criterion_id);

CREATE FUNCTION resources_work_score_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text; asked bigint;
BEGIN
    SELECT r.status, a.call_id INTO held, asked
        FROM resources_workreview r JOIN resources_workapplication a ON a.id = r.application_id
        WHERE r.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.review_id ELSE NEW.review_id END;
    IF held <> 'assigned' THEN
        RAISE EXCEPTION 'marks that were handed in stay' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NOT EXISTS (SELECT FROM resources_workcriterion WHERE id = NEW.criterion_id AND call_id = asked) THEN
        RAISE EXCEPTION 'a criterion of another call' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER resources_work_score_stays BEFORE INSERT OR UPDATE OR DELETE ON resources_workscore
    FOR EACH ROW EXECUTE FUNCTION resources_work_score_stays();

-- Looked at when the transaction ends, so that instalments may be written one by one.
CREATE FUNCTION resources_work_contract_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agreed resources_workcontract; key bigint; parts numeric; bound numeric;
BEGIN
    IF TG_TABLE_NAME = 'resources_workcontract' THEN
        key := NEW.id;
    ELSE
        SELECT contract_id INTO key FROM resources_workmilestone
            WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.milestone_id ELSE NEW.milestone_id END;
    END IF;
    SELECT * INTO agreed FROM resources_workcontract WHERE id = key;
    IF agreed.id IS NULL OR agreed.status = 'revoked' THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(sum(i.amount_yuan), 0) INTO parts FROM resources_workinstalment i
        JOIN resources_workmilestone m ON m.id = i.milestone_id WHERE m.contract_id = key;
    IF parts <> agreed.amount_yuan THEN
        RAISE EXCEPTION 'instalments do not add up to the contract' USING ERRCODE = 'check_violation';
    END IF;
    SELECT bound_yuan INTO bound FROM resources_workapplication WHERE id = agreed.application_id;
    IF agreed.amount_yuan > bound THEN
        RAISE EXCEPTION 'the contract is beyond what was granted' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER resources_work_contract_adds_up AFTER INSERT OR UPDATE ON resources_workcontract
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION resources_work_contract_adds_up();
CREATE CONSTRAINT TRIGGER resources_work_instalments_add_up
    AFTER INSERT OR UPDATE OR DELETE ON resources_workinstalment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION resources_work_contract_adds_up();

CREATE FUNCTION resources_work_is_paid_for_what_was_done() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.paid_on IS NOT NULL AND NOT EXISTS (
        SELECT FROM resources_workmilestone WHERE id = NEW.milestone_id AND status = 'accepted') THEN
        RAISE EXCEPTION 'paid before its milestone' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER resources_work_is_paid_for_what_was_done BEFORE INSERT OR UPDATE ON resources_workinstalment
    FOR EACH ROW EXECUTE FUNCTION resources_work_is_paid_for_what_was_done();

CREATE FUNCTION resources_work_amendment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an amendment is written once' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER resources_work_amendment_stays BEFORE UPDATE OR DELETE ON resources_workamendment
    FOR EACH ROW EXECUTE FUNCTION resources_work_amendment_stays();
"""
NO_RULES = """
DROP TRIGGER resources_work_amendment_stays ON resources_workamendment;
DROP TRIGGER resources_work_is_paid_for_what_was_done ON resources_workinstalment;
DROP TRIGGER resources_work_instalments_add_up ON resources_workinstalment;
DROP TRIGGER resources_work_contract_adds_up ON resources_workcontract;
DROP TRIGGER resources_work_score_stays ON resources_workscore;
ALTER TABLE resources_workscore DROP CONSTRAINT work_score_is_on_the_ladder;
DROP TRIGGER resources_work_reviewer_is_free ON resources_workreview;
DROP TRIGGER resources_work_budget_stays ON resources_workbudgetline;
DROP TRIGGER resources_work_is_handed_in_whole ON resources_workapplication;
DROP TRIGGER resources_work_binds_money ON resources_workapplication;
DROP FUNCTION resources_work_amendment_stays();
DROP FUNCTION resources_work_is_paid_for_what_was_done();
DROP FUNCTION resources_work_contract_adds_up();
DROP FUNCTION resources_work_score_stays();
DROP FUNCTION resources_work_reviewer_is_free();
DROP FUNCTION resources_work_budget_stays();
DROP FUNCTION resources_work_is_handed_in_whole();
DROP FUNCTION resources_work_binds_money();
"""


class Migration(migrations.Migration):
    dependencies = [("talent", "0001_initial"), ("resources", "0002_closed_census")]

    operations = [migrations.RunSQL(RULES, NO_RULES)]
