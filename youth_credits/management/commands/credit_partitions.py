from django.core.management import BaseCommand

from portal.calendar import local_today
from portal.database import as_owner, grant_web_role
from youth_credits import actions


class Command(BaseCommand):
    help = "以数据库所有者身份为今后几个学年建立学分总账的分区；已有的不动。"

    def handle(self, *args, **options):
        made = actions.make_partitions(on=local_today())
        with as_owner() as owner:
            grant_web_role(owner)
        self.stdout.write(f"新建分区：{'、'.join(map(str, made)) or '无'}")
