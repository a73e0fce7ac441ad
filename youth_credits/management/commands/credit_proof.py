from django.core.management import BaseCommand, CommandError

from portal.scope import scope
from youth_credits import actions


class Command(BaseCommand):
    help = (
        "核对学分总账：余额等于明细之和、学分分布等于各学生之和、每条有效记录占用唯一、"
        "引用（含申诉、抽查、外出、申报）不落空、分区已备好。有不符即以非零退出。"
    )

    def handle(self, *args, **options):
        with scope("ledger"):
            found = actions.prove_balances()
        found += actions.prove_papers()
        for flaw in found:
            self.stdout.write(str(flaw))
        if found:
            raise CommandError(f"至少 {len(found)} 处不符，请系统管理员核查。")
        self.stdout.write("余额、分布、占用、引用、分区全部相符。")
