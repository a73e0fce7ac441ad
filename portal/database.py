"""The two database roles: the owner migrates, the web role serves, and neither stands in for the other."""

from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

SAFE_ROLE = """
SELECT rolsuper OR rolbypassrls
    OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = current_schema() AND pg_has_role(current_user, c.relowner, 'MEMBER'))
FROM pg_roles WHERE rolname = current_user
"""

# What the web role may not do although it may write the other tables.
RESERVED = """
REVOKE UPDATE, DELETE ON portal_auditentry FROM {role};
GRANT UPDATE (number, digest) ON portal_auditentry TO {role};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role};
"""


@contextmanager
def as_owner(alias: str = "default"):
    """Connect as the owner of the schema for the time of the block, then as before."""
    connection = connections[alias]
    before = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}
    owner = settings.OWNER_DATABASE
    if owner:
        _reconnect(connection, {key: owner.get(key, "") for key in ("USER", "PASSWORD", "HOST", "PORT")})
        connection.settings_dict["OPTIONS"] = {}
    try:
        yield connection
    finally:
        if owner:
            _reconnect(connection, before)


def _reconnect(connection, values: dict) -> None:
    connection.close()
    if "pool" in connection.settings_dict["OPTIONS"]:
        connection.close_pool()
    connection.settings_dict.update(values)


def grant_web_role(connection) -> None:
    """Let the web role read and write every table, and nothing else. Runs as the owner."""
    role = connection.ops.quote_name(settings.WEB_ROLE)
    with connection.cursor() as cursor:
        cursor.execute(
            f"GRANT USAGE ON SCHEMA public TO {role};"
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};"
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};"
        )
        cursor.execute("SELECT to_regclass('portal_auditentry') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute(RESERVED.format(role=role))


def refuse_a_mighty_role() -> None:
    """Raises ImproperlyConfigured if this process connects as superuser, owner or BYPASSRLS.

    Row-level security does not bind such a role, so the portal does not start with one.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(SAFE_ROLE)
        if cursor.fetchone()[0]:
            raise ImproperlyConfigured(
                "数据库账号权限过大：网站不得使用超级用户、表的所有者或可绕过行级安全的账号连接数据库。"
                "请将 DATABASE_URL 改为 deploy/roles.sql 建立的网站账号。"
            )
