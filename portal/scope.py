"""Row-level security: one named scope per transaction decides which children's rows exist for it.

Scopes: "school:<organization>" a school's own children; "guardian:<user>" one's own children;
"base:<organization>" the outings to one's own courses, by pass number and family name;
"mentor:<user>" the running projects of children one is the mentor of, and nothing else of these;
"case:<id>" one child, approved and timed; "slip:<hash>" the one printed slip whose code is known;
"number:<hash>" the one child whose whole number is known, to be named in a request;
"office:<region>" papers that reached an office (cases, appeals, draws), never a child's record;
"ledger" nameless entries for totals and the night; "steward" management commands only, each use
audited. Without a scope no row exists.
"""

import re
from contextlib import contextmanager

from django.db import connection, transaction

from portal.roles import Role

SCOPES = re.compile(
    r"(school|guardian|case|base|office|mentor):[1-9]\d*|(slip|number):[0-9a-f]{64}|ledger|steward"
)

# For policies: the id behind a scope of one kind, or NULL under any other scope.
SCOPE_FUNCTION = """
CREATE FUNCTION portal_scope_id(kind text) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN split_part(current_setting('portal.scope', true), ':', 1) = kind
        THEN nullif(split_part(current_setting('portal.scope', true), ':', 2), '')::bigint END
$$;
CREATE FUNCTION portal_scope_is(kind text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('portal.scope', true), '') = kind
$$;
"""
DROP_SCOPE_FUNCTION = "DROP FUNCTION portal_scope_id(text); DROP FUNCTION portal_scope_is(text);"


def _set(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.scope', %s, true)", [name])


@contextmanager
def scope(name: str):
    """One transaction bound to one scope; inside another scope, that one is put back afterwards.

    Raises ValueError for a name that is no scope.
    """
    if not SCOPES.fullmatch(name):
        raise ValueError(f"no such scope: {name}")
    with transaction.atomic():
        outer = current()
        _set(name)
        try:
            yield
        finally:
            if not connection.needs_rollback:
                _set(outer)


@contextmanager
def request_scope(user):
    """The transaction of one request, view and rendering, under the scope of who asks."""
    with transaction.atomic():
        name = scope_of(user)
        if name:
            _set(name)
        try:
            yield
        finally:
            if name and not connection.needs_rollback:
                _set("")


def scope_of(user) -> str:
    """The scope of a person's own requests: their school's, their children's, or none ("")."""
    if not user.is_authenticated:
        return ""
    for grant in sorted(user.standing_grants(), key=lambda grant: grant.pk):
        if grant.role in (Role.SCHOOL, Role.SCHOOL_VERIFIER) and grant.organization_id:
            return f"school:{grant.organization_id}"
        if grant.role == Role.UNIT and grant.organization_id:
            return f"base:{grant.organization_id}"
    return f"guardian:{user.pk}" if user.holds(Role.GUARDIAN) else ""


def current() -> str:
    """The scope in force in this transaction, "" for none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('portal.scope', true), '')")
        return cursor.fetchone()[0]
