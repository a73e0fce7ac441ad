from django.core.management import call_command
from django.core.management.commands import migrate

from portal.database import as_owner, grant_web_role


class Command(migrate.Command):
    help = "以数据库所有者身份执行迁移，随后为网站账号授权。"

    def handle(self, *args, **options):
        with as_owner(options["database"]) as connection:
            super().handle(*args, **options)
            if not options["plan"] and not options["check_unapplied"]:
                call_command("createcachetable", database=options["database"], verbosity=0)
                grant_web_role(connection)
