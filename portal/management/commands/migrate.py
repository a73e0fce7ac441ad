from django.core.management import CommandError, call_command
from django.core.management.commands import migrate
from django.db.migrations.loader import MigrationLoader

from portal.database import as_owner, grant_web_role


class Command(migrate.Command):
    help = "以数据库所有者身份执行迁移，随后为网站账号授权。"

    def handle(self, *args, **options):
        with as_owner(options["database"]) as connection:
            refuse_strange_tables(connection)
            super().handle(*args, **options)
            if not options["plan"] and not options["check_unapplied"]:
                call_command("createcachetable", database=options["database"], verbosity=0)
                grant_web_role(connection)


def refuse_strange_tables(connection) -> None:
    """A database that another line of development made, or a later release, is not touched."""
    loader = MigrationLoader(connection)
    strange = sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in loader.migrated_apps and (app, name) not in loader.graph.nodes
    )
    if strange:
        raise CommandError(
            f"此数据库由其他版本的系统建立（如 {strange[0]}），不能用本版本升级。"
            "请换用建立它的版本，或指定新的空数据库（DATA_DIR）。"
        )
