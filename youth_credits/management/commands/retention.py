from django.core.management.base import BaseCommand
from django.utils import timezone

from portal import audit
from portal.calendar import local_today
from portal.scope import scope
from youth_credits import actions
from youth_credits.models import RetentionRule


class Command(BaseCommand):
    help = "列出保存期限届满的记录，不作任何改动。夜间任务先预告、后执行。"

    def handle(self, **options):
        today = local_today(timezone.now())
        with scope("steward"):
            audit.event("retention", by=None, kind="youth_credits", note="只列出，不执行")
            for rule in RetentionRule.objects.order_by("subject"):
                self.stdout.write(f"{rule}：到期 {len(actions.due(rule, today))} 条")
