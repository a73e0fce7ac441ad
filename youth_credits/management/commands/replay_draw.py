from django.core.management.base import BaseCommand, CommandError

from portal import audit
from portal.scope import scope
from youth_credits import queries
from youth_credits.models import SpotCheck


class Command(BaseCommand):
    help = "用抽查页上的种子重抽一次，核对结果是否一致：replay_draw 编号"

    def add_arguments(self, parser):
        parser.add_argument("uuid", help="抽查页地址中的编号")

    def handle(self, *, uuid, **options):
        with scope("steward"):
            check = SpotCheck.objects.filter(uuid=uuid).first()
            if check is None:
                raise CommandError("没有这次抽查。")
            audit.record(check, "replay_draw", by=None)
        with scope("ledger"):
            again = queries.draw_again(check)
        self.stdout.write(f"总体 {again.population} 条，抽中 {len(again.drawn)} 条，摘要 {again.digest}")
        if (again.population, again.digest) != (check.population, check.digest):
            raise CommandError(f"不一致：当时总体 {check.population} 条，摘要 {check.digest}")
        self.stdout.write("与当时的抽取一致。")
