"""Who sees slips and consents; what a consent does, by whatever way it was written.

A guardian who has not consented for a child under 14 sees the child and is asked, and sees no entry.
"""

# ruff: noqa: S608  policies of our own names
from django.db import migrations

from youth_credits.migrations._policies import (
    ADD,
    CHANGE,
    GUARDIAN,
    OWN_CHILD,
    READ,
    REMOVE,
    SCHOOL,
    SLIP,
    TODAY,
    WARDS,
    WRITE,
    bound,
    policy,
    with_its_school,
)

OWN_SLIP = f"code_hash = {SLIP}"
BY_SLIP = (
    f"EXISTS (SELECT FROM youth_credits_guardianslip p WHERE p.code_hash = {SLIP}"
    " AND p.redeemed_by_id = guardian_id AND p.student_id = youth_credits_guardianship.student_id"
    " AND p.school_id = youth_credits_guardianship.school_id)"
)
# From 14 on a child decides itself, and guardians' words end. Basis: 个人信息保护法第三十一条.
UNDER_14 = (
    "EXISTS (SELECT FROM youth_credits_student s WHERE s.id = student_id"
    f" AND s.turns_14_year >= extract(year FROM {TODAY}))"
)

POLICIES = {
    "guardianslip": [
        ("school", WRITE, f"school_id = {SCHOOL}"),
        ("slip", READ, OWN_SLIP),
        ("slip_redeem", CHANGE, OWN_SLIP),
    ],
    "consent": [
        ("school", READ, OWN_CHILD),
        ("school_note", ADD, OWN_CHILD),
        ("school_remove", REMOVE, OWN_CHILD),
        ("guardian", READ, f"student_id IN {WARDS}"),
        (
            "guardian_say",
            ADD,
            f"student_id IN {WARDS} AND guardian_id = {GUARDIAN} AND way = 'account' AND {UNDER_14}",
        ),
    ],
}

BY_HOLDER = "\n".join(
    [policy("guardianship", "slip", READ, BY_SLIP), policy("guardianship", "slip_bind", ADD, BY_SLIP)]
)
NOT_BY_HOLDER = """
DROP POLICY slip ON youth_credits_guardianship;
DROP POLICY slip_bind ON youth_credits_guardianship;
"""
# Whoever may write a consent may not write the child's own row: what follows is written by this function, under
# the steward's scope for this one statement. A roll writes the child's row; the history then follows from it.
EFFECT = """
CREATE FUNCTION youth_credits_consent_takes_effect() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    outer_scope text := coalesce(current_setting('portal.scope', true), '');
BEGIN
    PERFORM set_config('portal.scope', 'steward', true);
    IF NEW.kind = 'given' THEN
        UPDATE youth_credits_student
        SET consented_on = NEW."on", consent_version = NEW.version, withdrawn_on = NULL
        WHERE id = NEW.student_id;
    ELSE
        -- A child of 14 may say no to what nobody had said yes to.
        UPDATE youth_credits_student SET withdrawn_on = NEW."on" WHERE id = NEW.student_id AND CASE NEW.way
            WHEN 'child' THEN withdrawn_on IS NULL OR extract(year FROM withdrawn_on) <= turns_14_year
            ELSE consented_on IS NOT NULL AND withdrawn_on IS NULL END;
    END IF;
    IF NOT FOUND THEN
        RAISE check_violation USING MESSAGE = 'nothing to withdraw';
    END IF;
    PERFORM set_config('portal.scope', outer_scope, true);
    RETURN NULL;
END $$;
CREATE TRIGGER youth_credits_consent_takes_effect AFTER INSERT ON youth_credits_consent
    FOR EACH ROW WHEN (NEW.way <> 'roll') EXECUTE FUNCTION youth_credits_consent_takes_effect();

CREATE FUNCTION youth_credits_consent_of_the_roll() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO youth_credits_consent (uuid, student_id, kind, version, way, "on", recorded_at)
    VALUES (gen_random_uuid(), NEW.id, CASE WHEN NEW.withdrawn_on IS NULL THEN 'given' ELSE 'withdrawn' END,
        NEW.consent_version, 'roll', coalesce(NEW.withdrawn_on, NEW.consented_on), now());
    RETURN NULL;
END $$;
CREATE TRIGGER youth_credits_consent_of_a_new_child AFTER INSERT ON youth_credits_student
    FOR EACH ROW WHEN (NEW.consented_on IS NOT NULL) EXECUTE FUNCTION youth_credits_consent_of_the_roll();
CREATE TRIGGER youth_credits_consent_of_the_roll AFTER UPDATE ON youth_credits_student
    FOR EACH ROW WHEN (pg_trigger_depth() = 0 AND NEW.consented_on IS NOT NULL
        AND (NEW.consented_on, NEW.withdrawn_on, NEW.consent_version)
            IS DISTINCT FROM (OLD.consented_on, OLD.withdrawn_on, OLD.consent_version))
    EXECUTE FUNCTION youth_credits_consent_of_the_roll();

CREATE FUNCTION youth_credits_consents_stay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before youth_credits_consent := OLD;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM youth_credits_credit WHERE student_id = OLD.student_id) THEN
            RAISE EXCEPTION 'consents of a child with entries are kept';
        END IF;
        RETURN OLD;
    END IF;
    -- Accounts go, and a name is erased when the child's data are; what was said stays.
    before.guardian_id := NEW.guardian_id;
    before.recorded_by_id := NEW.recorded_by_id;
    IF NEW.signer_sealed = ''::bytea THEN
        before.signer_sealed := NEW.signer_sealed;
    END IF;
    IF before IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'consents are never changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER youth_credits_consents_stay BEFORE UPDATE OR DELETE ON youth_credits_consent
    FOR EACH ROW EXECUTE FUNCTION youth_credits_consents_stay();
"""
NO_EFFECT = """
DROP TRIGGER youth_credits_consents_stay ON youth_credits_consent;
DROP FUNCTION youth_credits_consents_stay();
DROP TRIGGER youth_credits_consent_of_a_new_child ON youth_credits_student;
DROP TRIGGER youth_credits_consent_of_the_roll ON youth_credits_student;
DROP FUNCTION youth_credits_consent_of_the_roll();
DROP TRIGGER youth_credits_consent_takes_effect ON youth_credits_consent;
DROP FUNCTION youth_credits_consent_takes_effect();
"""


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0006_family_claims_are_bounded")]
    operations = [
        with_its_school("guardianslip", "slip_is_of_the_childs_school"),
        *bound(POLICIES),
        migrations.RunSQL(BY_HOLDER, NOT_BY_HOLDER),
        migrations.RunSQL(EFFECT, NO_EFFECT),
    ]
