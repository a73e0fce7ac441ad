from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from indicators import actions
from indicators.queries import pictures
from indicators.queries.index import current_vintage
from portal.accounts import User
from portal.errors import Refused


class Command(BaseCommand):
    help = "统计数据并计算科普发展指数；输入不变则不产生新结果。"

    def add_arguments(self, parser):
        parser.add_argument("--year", type=int, help="计算到哪一年；默认为最近有审核通过年报的年份。")
        parser.add_argument("--freeze", action="store_true", help="冻结本次结果，以备发布。")
        parser.add_argument("--by", default="", help="冻结时的经办人账号。")

    def handle(self, *, year, freeze, by, **options):
        try:
            run = actions.compute(at=timezone.now(), year=year)
            if run is None:
                raise CommandError("另一次计算正在进行，请稍后再试。")
            if freeze:
                actions.freeze(run.vintage, note="命令行冻结", by=self._person(by))
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        pictures.draw_first_pages(current_vintage())
        vintage = run.vintage
        self.stdout.write(
            f"{'新结果' if run.is_new else '结果未变'} {vintage.short}，"
            f"{vintage.first_year}–{vintage.last_year} 年，"
            f"统计数据变动 {run.figures_changed} 项，用时 {run.seconds} 秒"
        )

    def _person(self, username: str) -> User:
        person = User.objects.filter(username=username, is_active=True).first()
        if person is None:
            raise CommandError("冻结须用 --by 写明经办人账号。")
        return person
