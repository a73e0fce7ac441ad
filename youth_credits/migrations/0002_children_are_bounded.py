"""What Django's models cannot say: row-level security, the append-only ledger, keys of two columns.

FORCE binds the owner, too. Policies name the scopes of TRUST: a school's own children, a guardian's own,
an approved and timed case, the nameless ledger (no table with a name), stewards. `(SELECT …)` around the
scope makes PostgreSQL ask once a statement instead of once a row.
"""

# ruff: noqa: S608  policies of our own names
from django.db import migrations

SCHOOL = "(SELECT portal_scope_id('school'))"
GUARDIAN = "(SELECT portal_scope_id('guardian'))"
CASE = "(SELECT portal_scope_id('case'))"
LEDGER = "(SELECT portal_scope_is('ledger'))"
STEWARD = "(SELECT portal_scope_is('steward'))"

OWN_STUDENTS = f"(SELECT id FROM youth_credits_student WHERE school_id = {SCHOOL})"
WARDS = f"(SELECT student_id FROM youth_credits_guardianship WHERE guardian_id = {GUARDIAN})"
# Under 14 (until the end of the year of the 14th birthday) nobody but the school sees a child without consent.
IN_CASE = (
    "(SELECT c.student_id FROM youth_credits_accesscase c"
    f" WHERE c.id = {CASE} AND c.approved_at <= now() AND c.ends_at > now())"
)
CONSENTED = (
    "(consented_on <= current_date AND withdrawn_on IS NULL"
    " OR turns_14_year < extract(year FROM current_date))"
)
SHARED = f"(SELECT activity_id FROM youth_credits_activityshare WHERE school_id = {SCHOOL})"
SHARED_BATCHES = f"(SELECT batch_id FROM youth_credits_activityshare WHERE school_id = {SCHOOL})"
# Tables that hang on a student see through the student's own policy.
VISIBLE = "(SELECT id FROM youth_credits_student)"

READ, WRITE = "SELECT", "ALL"

# table → policies: name, command, rows it opens, rows it lets be written (None: the same)
POLICIES = {
    "student": [
        ("school", WRITE, f"school_id = {SCHOOL}", None),
        ("guardian", READ, f"id IN {WARDS}", None),
        ("access_case", READ, f"id IN {IN_CASE} AND {CONSENTED}", None),
    ],
    "enrolment": [
        ("school", WRITE, f"school_id = {SCHOOL}", f"school_id = {SCHOOL} AND student_id IN {OWN_STUDENTS}"),
        ("guardian", READ, f"student_id IN {WARDS}", None),
        ("access_case", READ, f"{CASE} IS NOT NULL AND student_id IN {VISIBLE}", None),
        ("ledger", READ, LEDGER, None),
    ],
    # Whose child it is, the key of two columns says: asking the students here would go round in a circle.
    "guardianship": [
        ("school", WRITE, f"school_id = {SCHOOL}", None),
        ("guardian", READ, f"guardian_id = {GUARDIAN}", None),
    ],
    "accesscase": [
        ("school", READ, f"school_id = {SCHOOL}", None),
        ("access_case", READ, f"id = {CASE}", None),
    ],
    "batch": [
        (
            "school",
            WRITE,
            f"organization_id = {SCHOOL} OR id IN {SHARED_BATCHES}",
            f"organization_id = {SCHOOL}",
        ),
        ("ledger", READ, LEDGER, None),
    ],
    "rollchange": [
        ("school", WRITE, f"school_id = {SCHOOL}", f"school_id = {SCHOOL} AND student_id IN {OWN_STUDENTS}"),
    ],
    "activity": [
        ("school", WRITE, f"school_id = {SCHOOL} OR id IN {SHARED}", f"school_id = {SCHOOL}"),
        (
            "guardian",
            READ,
            f"{GUARDIAN} IS NOT NULL AND id IN (SELECT activity_id FROM youth_credits_credit)",
            None,
        ),
    ],
    "activityshare": [("school", READ, f"school_id = {SCHOOL}", None)],
    "credit": [
        # A new school sees all of its children's credits; a former school goes on seeing its own part.
        (
            "school",
            WRITE,
            f"school_id = {SCHOOL} OR student_id IN {OWN_STUDENTS}",
            f"school_id = {SCHOOL} AND student_id IN {OWN_STUDENTS}",
        ),
        ("guardian", READ, f"student_id IN {WARDS}", None),
        ("access_case", READ, f"{CASE} IS NOT NULL AND student_id IN {VISIBLE}", None),
        ("ledger", READ, LEDGER, None),
    ],
    "studentyear": [
        ("school", WRITE, f"student_id IN {OWN_STUDENTS}", None),
        ("guardian", READ, f"student_id IN {WARDS}", None),
        ("access_case", READ, f"{CASE} IS NOT NULL AND student_id IN {VISIBLE}", None),
        ("ledger", READ, LEDGER, None),
    ],
}


def _policy(table: str, name: str, command: str, opens: str, writes: str | None) -> str:
    check = "" if command == READ else f" WITH CHECK ({writes or opens})"
    return f"CREATE POLICY {name} ON youth_credits_{table} FOR {command} USING ({opens}){check};"


def _bound(table: str) -> str:
    name = f"youth_credits_{table}"
    lines = [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY;",
    ]
    lines += [_policy(table, *policy) for policy in POLICIES[table]]
    lines.append(f"CREATE POLICY steward ON {name} FOR ALL USING ({STEWARD}) WITH CHECK ({STEWARD});")
    return "\n".join(lines)


def _unbound(table: str) -> str:
    name = f"youth_credits_{table}"
    names = [policy[0] for policy in POLICIES[table]] + ["steward"]
    lines = [f"DROP POLICY {policy} ON {name};" for policy in names]
    lines += [
        f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY;",
        f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY;",
    ]
    return "\n".join(lines)


# A foreign key asks once a row: 0.2 s each for 50,000 entries. Student, batch and activity of new entries are
# asked once a statement instead, and none is ever deleted while it has entries: the same promise. Whoever may
# delete a student (its school, a steward) sees all of its entries, wherever they were recorded.
KEYS = """
ALTER TABLE youth_credits_student ADD CONSTRAINT student_with_its_school UNIQUE (id, school_id);
ALTER TABLE youth_credits_guardianship ADD CONSTRAINT guardianship_is_of_the_childs_school
    FOREIGN KEY (student_id, school_id) REFERENCES youth_credits_student (id, school_id) ON UPDATE CASCADE;
ALTER TABLE youth_credits_accesscase ADD CONSTRAINT access_case_is_of_the_childs_school
    FOREIGN KEY (student_id, school_id) REFERENCES youth_credits_student (id, school_id) ON UPDATE CASCADE;
ALTER TABLE youth_credits_credit
    ADD CONSTRAINT credit_no_overlap_in_time_per_student EXCLUDE USING gist (
        int8range(student_id, student_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&
    ) WHERE (starts_at IS NOT NULL AND reversed_at IS NULL AND reverses_id IS NULL);

CREATE FUNCTION youth_credits_entries_are_of_their_school() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (
            SELECT DISTINCT batch_id, activity_id, school_id, rule_id, school_year FROM added) e
        WHERE NOT EXISTS (SELECT FROM youth_credits_batch b
                WHERE (b.id, b.organization_id) = (e.batch_id, e.school_id))
            OR NOT EXISTS (SELECT FROM youth_credits_activity a
                WHERE (a.id, a.school_id, a.rule_id) = (e.activity_id, e.school_id, e.rule_id)
                AND e.school_year = extract(year FROM a.held_on) - (extract(month FROM a.held_on) < 9)::int))
    THEN
        RAISE foreign_key_violation USING MESSAGE = 'an entry names a batch or an activity of another school';
    END IF;
    -- As a foreign key does: whoever deletes the child meanwhile waits, and then sees the entries.
    IF EXISTS (
        WITH named AS (SELECT DISTINCT student_id FROM added),
            held AS (SELECT s.id FROM youth_credits_student s JOIN named ON s.id = student_id FOR KEY SHARE OF s)
        SELECT FROM named HAVING count(*) > (SELECT count(*) FROM held))
    THEN
        RAISE foreign_key_violation USING MESSAGE = 'an entry names a student who is not there';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER youth_credits_entries_are_of_their_school AFTER INSERT ON youth_credits_credit
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION youth_credits_entries_are_of_their_school();

CREATE FUNCTION youth_credits_student_with_entries_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM youth_credits_student WHERE id = OLD.id FOR UPDATE;
    IF EXISTS (SELECT FROM youth_credits_credit WHERE student_id = OLD.id) THEN
        RAISE foreign_key_violation USING MESSAGE = 'a student with entries is never deleted';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        RETURN NEW;
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER youth_credits_student_with_entries_stays BEFORE DELETE OR UPDATE OF id ON youth_credits_student
    FOR EACH ROW EXECUTE FUNCTION youth_credits_student_with_entries_stays();

CREATE FUNCTION youth_credits_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) ->> TG_ARGV[0]) = (to_jsonb(OLD) ->> TG_ARGV[0]) AND NEW.id = OLD.id
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% rows are kept, and stay with their school', TG_TABLE_NAME;
END $$;
CREATE TRIGGER youth_credits_stays BEFORE UPDATE OR DELETE ON youth_credits_batch
    FOR EACH ROW EXECUTE FUNCTION youth_credits_stays('organization_id');
CREATE TRIGGER youth_credits_stays BEFORE UPDATE OR DELETE ON youth_credits_activity
    FOR EACH ROW EXECUTE FUNCTION youth_credits_stays('school_id');
"""
NO_KEYS = """
ALTER TABLE youth_credits_accesscase DROP CONSTRAINT access_case_is_of_the_childs_school;
ALTER TABLE youth_credits_guardianship DROP CONSTRAINT guardianship_is_of_the_childs_school;
ALTER TABLE youth_credits_student DROP CONSTRAINT student_with_its_school;
DROP TRIGGER youth_credits_student_with_entries_stays ON youth_credits_student;
DROP FUNCTION youth_credits_student_with_entries_stays();
DROP TRIGGER youth_credits_stays ON youth_credits_activity;
DROP TRIGGER youth_credits_stays ON youth_credits_batch;
DROP FUNCTION youth_credits_stays();
DROP TRIGGER youth_credits_entries_are_of_their_school ON youth_credits_credit;
DROP FUNCTION youth_credits_entries_are_of_their_school();
ALTER TABLE youth_credits_credit DROP CONSTRAINT credit_no_overlap_in_time_per_student;
"""

APPEND_ONLY = """
CREATE FUNCTION youth_credits_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before youth_credits_credit := OLD;
BEGIN
    -- The one change there is: the time at which an entry was taken back, written once.
    IF TG_OP = 'UPDATE' AND OLD.reversed_at IS NULL AND NEW.reversed_at IS NOT NULL THEN
        before.reversed_at := NEW.reversed_at;
        IF before IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'ledger entries are never changed or deleted';
END $$;
CREATE TRIGGER youth_credits_ledger_is_append_only BEFORE UPDATE OR DELETE ON youth_credits_credit
    FOR EACH ROW EXECUTE FUNCTION youth_credits_ledger_is_append_only();
"""
NOT_APPEND_ONLY = """
DROP TRIGGER youth_credits_ledger_is_append_only ON youth_credits_credit;
DROP FUNCTION youth_credits_ledger_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("youth_credits", "0001_initial"),
        ("portal", "0002_scope_and_audit_trail"),
    ]
    operations = [
        migrations.RunSQL(KEYS, NO_KEYS),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
        *[migrations.RunSQL(_bound(table), _unbound(table)) for table in POLICIES],
    ]
