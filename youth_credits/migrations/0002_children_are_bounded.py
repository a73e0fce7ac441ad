"""What Django's models cannot say: row-level security, the ledger's trigger, keys of two columns.

FORCE binds the owner, too. Policies name the scopes of TRUST: a school's own children, a guardian's own,
an approved and timed case, the nameless ledger (no table with a name), stewards. `(SELECT …)` around the
scope makes PostgreSQL ask once a statement instead of once a row.
"""

# ruff: noqa: S608  policies of our own names
from django.db import migrations

from youth_credits.migrations._policies import (
    CASE,
    GUARDIAN,
    LEDGER,
    OWN_STUDENTS,
    SCHOOL,
    SHOWN_IN_CASE,
    SHOWN_WARDS,
    STEWARD,
    TODAY,
    WARDS,
)

SHARED = f"(SELECT activity_id FROM youth_credits_activityshare WHERE school_id = {SCHOOL})"
SHARED_BATCHES = f"(SELECT batch_id FROM youth_credits_activityshare WHERE school_id = {SCHOOL})"
# Under 14 (until the end of the year of the 14th birthday) nobody but the school sees a child without a guardian's
# consent. From then on the child decides: seen unless it said no itself, at 14 or later.
# Basis: 个人信息保护法第三十一条.
SHOWN = (
    f"(CASE WHEN turns_14_year < extract(year FROM {TODAY})"
    " THEN withdrawn_on IS NULL OR extract(year FROM withdrawn_on) <= turns_14_year"
    f" ELSE consented_on <= {TODAY} AND withdrawn_on IS NULL END)"
)

# The ledger's own trigger, not a statement that somebody sent.
IN_TRIGGER = "(SELECT pg_trigger_depth() > 0)"

READ, WRITE = "SELECT", "ALL"

# table → policies: name, command, rows it opens, rows it lets be written (None: the same)
POLICIES = {
    "student": [
        ("school", WRITE, f"school_id = {SCHOOL}", None),
        ("guardian", READ, f"id IN {WARDS}", None),
        ("access_case", READ, f"id IN (SELECT youth_credits_child_of_case()) AND {SHOWN}", None),
    ],
    "enrolment": [
        ("school", WRITE, f"school_id = {SCHOOL}", f"school_id = {SCHOOL} AND student_id IN {OWN_STUDENTS}"),
        ("guardian", READ, f"student_id IN {WARDS}", None),
        ("access_case", READ, f"student_id IN {SHOWN_IN_CASE}", None),
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
        ("reader", READ, "id IN (SELECT youth_credits_batches_shown())", None),
        ("ledger", READ, LEDGER, None),
    ],
    "rollchange": [
        ("school", WRITE, f"school_id = {SCHOOL}", f"school_id = {SCHOOL} AND student_id IN {OWN_STUDENTS}"),
    ],
    "activity": [
        ("school", WRITE, f"school_id = {SCHOOL} OR id IN {SHARED}", f"school_id = {SCHOOL}"),
        ("reader", READ, "id IN (SELECT youth_credits_activities_shown())", None),
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
        ("guardian", READ, f"student_id IN {SHOWN_WARDS}", None),
        ("access_case", READ, f"student_id IN {SHOWN_IN_CASE}", None),
        ("ledger", READ, LEDGER, None),
    ],
    # Seen as entries are; written by the ledger's trigger alone, which writes for entries that passed.
    "occasionclaim": [
        ("school", READ, f"school_id = {SCHOOL} OR student_id IN {OWN_STUDENTS}", None),
        ("guardian", READ, f"student_id IN {WARDS}", None),
        ("access_case", READ, f"student_id IN {SHOWN_IN_CASE}", None),
        ("ledger", READ, LEDGER, None),
        ("claims", "INSERT", None, IN_TRIGGER),
        ("frees", "DELETE", IN_TRIGGER, None),
    ],
    "courseclaim": [
        ("school", READ, f"student_id IN {OWN_STUDENTS}", None),
        ("ledger", READ, LEDGER, None),
        ("claims", "INSERT", None, IN_TRIGGER),
        ("frees", "DELETE", IN_TRIGGER, None),
    ],
    "certificateclaim": [
        ("school", READ, f"school_id = {SCHOOL} OR student_id IN {OWN_STUDENTS}", None),
        ("ledger", READ, LEDGER, None),
        ("claims", "INSERT", None, IN_TRIGGER),
        ("frees", "DELETE", IN_TRIGGER, None),
    ],
    "studentyear": [
        ("school", READ, f"student_id IN {OWN_STUDENTS}", None),
        ("guardian", READ, f"student_id IN {SHOWN_WARDS}", None),
        ("access_case", READ, f"student_id IN {SHOWN_IN_CASE}", None),
        ("ledger", READ, LEDGER, None),
        ("begins", "INSERT", None, IN_TRIGGER),
        ("adds_up", "UPDATE", IN_TRIGGER, None),
    ],
}


# What a policy asks of another bounded table it asks by a function: PostgreSQL plans a named table with all its
# policies and those they name, at every statement (7 ms for a batch), a function only when it is called. Each
# sees through the caller's policies, and answers nothing outside the scopes it is meant for.
SEEN = f"""
CREATE FUNCTION youth_credits_own_students() RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 2000 AS $$
BEGIN
    IF portal_scope_id('school') IS NOT NULL THEN
        RETURN QUERY SELECT id FROM youth_credits_student WHERE school_id = portal_scope_id('school');
    END IF;
END $$;
CREATE FUNCTION youth_credits_wards() RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 3 AS $$
BEGIN
    IF portal_scope_id('guardian') IS NOT NULL THEN
        RETURN QUERY SELECT student_id FROM youth_credits_guardianship
            WHERE guardian_id = portal_scope_id('guardian');
    END IF;
END $$;
CREATE FUNCTION youth_credits_wards_shown() RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 3 AS $$
BEGIN
    IF portal_scope_id('guardian') IS NOT NULL THEN
        RETURN QUERY SELECT id FROM youth_credits_student
            WHERE id IN (SELECT youth_credits_wards()) AND {SHOWN};
    END IF;
END $$;
CREATE FUNCTION youth_credits_child_of_case() RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
    IF portal_scope_id('case') IS NOT NULL THEN
        RETURN QUERY SELECT student_id FROM youth_credits_accesscase
            WHERE id = portal_scope_id('case') AND status = 'approved'
                AND approved_at <= statement_timestamp() AND ends_at > statement_timestamp();
    END IF;
END $$;
CREATE FUNCTION youth_credits_shown_in_case() RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
    IF portal_scope_id('case') IS NOT NULL THEN
        RETURN QUERY SELECT id FROM youth_credits_student;
    END IF;
END $$;
CREATE FUNCTION youth_credits_activities_shown() RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
    IF coalesce(portal_scope_id('guardian'), portal_scope_id('case')) IS NOT NULL THEN
        RETURN QUERY SELECT DISTINCT activity_id FROM youth_credits_credit WHERE student_id = ANY (ARRAY(
            SELECT youth_credits_wards_shown() UNION ALL SELECT youth_credits_shown_in_case()));
    END IF;
END $$;
CREATE FUNCTION youth_credits_batches_shown() RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
    IF coalesce(portal_scope_id('guardian'), portal_scope_id('case')) IS NOT NULL THEN
        RETURN QUERY SELECT DISTINCT batch_id FROM youth_credits_credit WHERE student_id = ANY (ARRAY(
            SELECT youth_credits_wards_shown() UNION ALL SELECT youth_credits_shown_in_case()));
    END IF;
END $$;
"""
UNSEEN = "".join(
    f"DROP FUNCTION youth_credits_{name}();"
    for name in (
        "batches_shown",
        "activities_shown",
        "shown_in_case",
        "child_of_case",
        "wards_shown",
        "wards",
        "own_students",
    )
)


def _policy(table: str, name: str, command: str, opens: str | None, writes: str | None) -> str:
    using = f" USING ({opens})" if opens else ""
    check = "" if command in (READ, "DELETE") else f" WITH CHECK ({writes or opens})"
    return f"CREATE POLICY {name} ON youth_credits_{table} FOR {command}{using}{check};"


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


KEYS = """
ALTER TABLE youth_credits_student ADD CONSTRAINT student_with_its_school UNIQUE (id, school_id);
ALTER TABLE youth_credits_guardianship ADD CONSTRAINT guardianship_is_of_the_childs_school
    FOREIGN KEY (student_id, school_id) REFERENCES youth_credits_student (id, school_id) ON UPDATE CASCADE;
ALTER TABLE youth_credits_accesscase ADD CONSTRAINT access_case_is_of_the_childs_school
    FOREIGN KEY (student_id, school_id) REFERENCES youth_credits_student (id, school_id) ON UPDATE CASCADE;
ALTER TABLE youth_credits_occasionclaim
    ADD CONSTRAINT credit_no_overlap_in_time_per_student EXCLUDE USING gist (
        int8range(student_id, student_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&
    ) WHERE (starts_at IS NOT NULL);

CREATE FUNCTION youth_credits_student_with_entries_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7304100, OLD.school_id::int);
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
ALTER TABLE youth_credits_occasionclaim DROP CONSTRAINT credit_no_overlap_in_time_per_student;
ALTER TABLE youth_credits_accesscase DROP CONSTRAINT access_case_is_of_the_childs_school;
ALTER TABLE youth_credits_guardianship DROP CONSTRAINT guardianship_is_of_the_childs_school;
ALTER TABLE youth_credits_student DROP CONSTRAINT student_with_its_school;
DROP TRIGGER youth_credits_student_with_entries_stays ON youth_credits_student;
DROP FUNCTION youth_credits_student_with_entries_stays();
DROP TRIGGER youth_credits_stays ON youth_credits_activity;
DROP TRIGGER youth_credits_stays ON youth_credits_batch;
DROP FUNCTION youth_credits_stays();
"""

# What a foreign key would ask once a row (0.2 s each for 50,000 entries) is asked once a statement, under the
# lock of the school's ledger that whoever deletes a child takes, too. The same pass writes the claims that say
# what an entry is the only one of, and the totals: no statement can write entries without them. EXECUTE plans
# anew each time: a plan made for one entry is a bad one for 50,000.
KEEPING = """
CREATE FUNCTION youth_credits_ledger_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    schools bigint[];
    activities bigint[];
    are_known boolean;
    has_certificates boolean;
    entries bigint;
    taken_back bigint;
    freed bigint;
    is_missing boolean;
BEGIN
    EXECUTE $sql$
        SELECT array_agg(DISTINCT e.school_id ORDER BY e.school_id), bool_or(e.has_certificates), sum(e.entries),
            sum(e.taken_back), bool_and(b.id IS NOT NULL AND a.id IS NOT NULL),
            array_agg(a.id) FILTER (WHERE e.entries > e.taken_back)
        FROM (
            SELECT school_id, batch_id, activity_id, rule_id, school_year,
                bool_or(certificate <> '') AS has_certificates, count(*) AS entries, count(reverses_id) AS taken_back
            FROM added GROUP BY 1, 2, 3, 4, 5
        ) e
        LEFT JOIN youth_credits_batch b ON (b.id, b.organization_id) = (e.batch_id, e.school_id)
        LEFT JOIN youth_credits_activity a
            ON (a.id, a.school_id, a.rule_id) = (e.activity_id, e.school_id, e.rule_id)
            AND e.school_year = extract(year FROM a.held_on) - (extract(month FROM a.held_on) < 9)::int
    $sql$ INTO schools, has_certificates, entries, taken_back, are_known, activities;
    IF schools IS NULL THEN
        RETURN NULL;
    ELSIF NOT are_known THEN
        RAISE foreign_key_violation USING MESSAGE = 'an entry names a batch or an activity of another school';
    END IF;
    PERFORM pg_advisory_xact_lock(7304100, school::int) FROM unnest(schools) AS school;
    -- Under the lock that whoever publishes a term holds, too.
    IF EXISTS (SELECT FROM youth_credits_activity a
        JOIN youth_credits_publication p ON p.organization_id = a.school_id AND p.status <> 'open'
            AND a.held_on >= p.starts_on AND a.held_on < p.ends_on
        WHERE a.id = ANY (activities))
    THEN
        RAISE check_violation USING MESSAGE = 'a published term takes no new entries';
    END IF;

    IF taken_back > 0 THEN
        EXECUTE $sql$
            SELECT EXISTS (SELECT FROM added a WHERE a.reverses_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM youth_credits_credit c
                WHERE (c.id, c.school_year) = (a.reverses_id, a.school_year)
                    AND (c.student_id, c.school_id, c.batch_id, c.activity_id, c.rule_id)
                        = (a.student_id, a.school_id, a.batch_id, a.activity_id, a.rule_id)
                    AND (c.minutes, c.surplus_minutes, c.earned, c.credits)
                        = (-a.minutes, -a.surplus_minutes, -a.earned, -a.credits)))
        $sql$ INTO is_missing;
        IF is_missing THEN
            RAISE foreign_key_violation USING MESSAGE = 'a reversal takes back the whole of one entry';
        END IF;
        EXECUTE $sql$
            DELETE FROM youth_credits_occasionclaim c USING added a
            WHERE (c.student_id, c.activity_id, c.entry) = (a.student_id, a.activity_id, a.reverses_id)
        $sql$;
        GET DIAGNOSTICS freed = ROW_COUNT;
        IF freed <> entries THEN
            RAISE unique_violation USING MESSAGE = 'an entry is taken back once, and by itself';
        END IF;
        EXECUTE $sql$
            DELETE FROM youth_credits_courseclaim c USING added a
            JOIN youth_credits_activity v ON v.id = a.activity_id
            WHERE (c.student_id, c.course, c.entry) = (a.student_id, v.course, a.reverses_id)
        $sql$;
        EXECUTE $sql$
            DELETE FROM youth_credits_certificateclaim c USING added a
            WHERE (c.school_id, c.certificate, c.entry) = (a.school_id, a.certificate, a.reverses_id)
        $sql$;
        EXECUTE $sql$
            UPDATE youth_credits_studentyear y SET
                credits = y.credits + s.credits, off_campus_credits = y.off_campus_credits + s.off_campus,
                minutes = y.minutes + s.minutes, entries = y.entries - s.entries
            FROM (
                SELECT a.student_id, a.school_year, sum(a.credits) AS credits, sum(a.minutes) AS minutes,
                    coalesce(sum(a.credits) FILTER (WHERE r.family = 'off_campus'), 0) AS off_campus,
                    count(*) AS entries
                FROM added a JOIN youth_credits_creditrule r ON r.id = a.rule_id GROUP BY 1, 2
            ) s WHERE (y.student_id, y.school_year) = (s.student_id, s.school_year)
        $sql$;
        RETURN NULL;
    END IF;

    EXECUTE $sql$
        INSERT INTO youth_credits_occasionclaim
            (student_id, activity_id, entry, school_id, school_year, starts_at, ends_at)
        SELECT student_id, activity_id, id, school_id, school_year, starts_at, ends_at
        FROM added
    $sql$;
    EXECUTE $sql$
        INSERT INTO youth_credits_courseclaim (student_id, course, code, level, entry)
        SELECT a.student_id, v.course, r.code,
            CASE r.once WHEN 'highest' THEN (a.earned * 100)::int ELSE 1 END, a.id
        FROM added a
        JOIN youth_credits_creditrule r ON r.id = a.rule_id AND r.once IN ('course', 'highest')
        JOIN youth_credits_activity v ON v.id = a.activity_id
        WHERE a.earned > 0 AND (a.reason <> 'repeated' OR a.credits > 0)
    $sql$;
    IF has_certificates THEN
        EXECUTE $sql$
            INSERT INTO youth_credits_certificateclaim (school_id, certificate, student_id, entry)
            SELECT school_id, certificate, student_id, id
            FROM added WHERE certificate <> ''
        $sql$;
    END IF;

    EXECUTE $sql$
        WITH away AS MATERIALIZED (
            SELECT array_agg(id) AS rules FROM youth_credits_creditrule WHERE family = 'off_campus'
        ), kept AS (
            INSERT INTO youth_credits_studentyear AS y
                (student_id, school_year, credits, off_campus_credits, minutes, entries)
            SELECT student_id, school_year, sum(credits),
                coalesce(sum(credits) FILTER (WHERE rule_id = ANY ((SELECT rules FROM away)::bigint[])), 0),
                sum(minutes), count(*)
            FROM added GROUP BY student_id, school_year
            ON CONFLICT (student_id, school_year) DO UPDATE SET
                credits = y.credits + excluded.credits,
                off_campus_credits = y.off_campus_credits + excluded.off_campus_credits,
                minutes = y.minutes + excluded.minutes,
                entries = y.entries + excluded.entries
            RETURNING student_id
        )
        SELECT EXISTS (SELECT FROM kept k
            WHERE NOT EXISTS (SELECT FROM youth_credits_student s WHERE s.id = k.student_id))
    $sql$ INTO is_missing;
    IF is_missing THEN
        RAISE foreign_key_violation USING MESSAGE = 'an entry names a student who is not there';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER youth_credits_ledger_is_kept AFTER INSERT ON youth_credits_credit
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION youth_credits_ledger_is_kept();

CREATE FUNCTION youth_credits_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger entries are never changed or deleted';
END $$;
-- An erasure blanks the number of a certificate, which tells who won it. Nothing else of an entry ever changes.
CREATE TRIGGER youth_credits_ledger_is_append_only BEFORE UPDATE ON youth_credits_credit
    FOR EACH ROW WHEN (NOT (portal_scope_is('steward') AND NEW.certificate = ''
        AND to_jsonb(NEW) - 'certificate' = to_jsonb(OLD) - 'certificate'))
    EXECUTE FUNCTION youth_credits_ledger_is_append_only();
CREATE TRIGGER youth_credits_ledger_is_never_deleted BEFORE DELETE ON youth_credits_credit
    FOR EACH ROW EXECUTE FUNCTION youth_credits_ledger_is_append_only();
"""
NOT_KEEPING = """
DROP TRIGGER youth_credits_ledger_is_never_deleted ON youth_credits_credit;
DROP TRIGGER youth_credits_ledger_is_append_only ON youth_credits_credit;
DROP FUNCTION youth_credits_ledger_is_append_only();
DROP TRIGGER youth_credits_ledger_is_kept ON youth_credits_credit;
DROP FUNCTION youth_credits_ledger_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_scope_and_audit_trail"), ("youth_credits", "0001_initial")]
    operations = [
        migrations.RunSQL(KEYS, NO_KEYS),
        migrations.RunSQL(KEEPING, NOT_KEEPING),
        migrations.RunSQL(SEEN, UNSEEN),
        *[migrations.RunSQL(_bound(table), _unbound(table)) for table in POLICIES],
    ]
