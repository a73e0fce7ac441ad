"""Who has met what is asked in a school year, of many children at once: as `progress` says it of one.

Each child is asked by the rules of its school's own area in force when the school year ends, lowered where a
special case was approved (`youth_credits.method.minimum`), and only in the grades that these rules are for.
"""

# ruff: noqa: S608  SQL of our own names

from portal.organizations import Organization

# A school's rules: those of the nearest area, of these the newest in force before %(end)s.
RULES_OF_SCHOOL = f"""
    SELECT o.id AS school_id, s.* FROM portal_organization o JOIN portal_region g ON g.id = o.region_id
    CROSS JOIN LATERAL (
        SELECT r.grade_from, r.grade_to, r.step, r.year_minimum, r.off_campus_minimum, r.kinds_minimum
        FROM youth_credits_creditruleset r LEFT JOIN portal_region a ON a.id = r.area_id
        WHERE r.approved_at IS NOT NULL AND r.in_force_from < %(end)s
          AND (a.id IS NULL OR starts_with(g.path, a.path))
        ORDER BY length(coalesce(a.path, '')) DESC, r.in_force_from DESC LIMIT 1
    ) s
    WHERE o.kind = '{Organization.Kind.SCHOOL}'
"""

# CTEs on top of `home` (student_id, school_id, grade): what is asked of each child, and who has met it.
MET = f"""
rules AS (
    {RULES_OF_SCHOOL}
), asked AS (
    SELECT h.student_id, h.school_id,
        CASE WHEN l.share IS NULL THEN r.year_minimum
            ELSE floor(r.year_minimum * l.share / r.step) * r.step END AS credits,
        CASE WHEN l.share IS NULL THEN r.off_campus_minimum
            ELSE floor(r.off_campus_minimum * l.share / r.step) * r.step END AS off_campus,
        r.kinds_minimum AS kinds, l.share
    FROM home h JOIN rules r ON r.school_id = h.school_id AND h.grade BETWEEN r.grade_from AND r.grade_to
    LEFT JOIN youth_credits_shares_asked(%(year)s) l ON l.student_id = h.student_id
), likely AS MATERIALIZED (
    SELECT a.student_id, a.school_id,
        CASE WHEN a.share IS NULL THEN a.kinds WHEN a.credits > 0 THEN least(a.kinds, 1) ELSE 0 END AS kinds
    FROM asked a
    LEFT JOIN youth_credits_studentyear y ON y.student_id = a.student_id AND y.school_year = %(year)s
    WHERE coalesce(y.credits, 0) >= a.credits AND coalesce(y.off_campus_credits, 0) >= a.off_campus
), met AS (
    SELECT student_id, school_id FROM likely WHERE kinds = 0
    UNION ALL
    SELECT student_id, school_id FROM (
        SELECT l.student_id, l.school_id, l.kinds FROM likely l
        JOIN youth_credits_credit c USING (student_id)
        JOIN youth_credits_creditrule r ON r.id = c.rule_id
        WHERE l.kinds > 0 AND c.school_year = %(year)s AND c.credits <> 0
        GROUP BY l.student_id, l.school_id, l.kinds, r.code HAVING sum(c.credits) > 0
    ) k GROUP BY student_id, school_id, kinds HAVING count(*) >= kinds
)
"""
