"""Loads the sample city: real regions, venues and brand events; people and figures plainly invented."""

import gc
import os
import random
import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.module_loading import import_string

from portal import audit
from portal.accounts import User
from portal.audit import AuditEntry
from portal.sample import load_accounts

# In this order: later ones build on the rows of earlier ones.
LOADERS = (
    "outreach.sample.load",
    "talent.sample.load",
    "resources.sample.load",
    "events.sample.load",
    "youth_credits.sample.load",
    "indicators.sample.load",
)

KIND = "sample_city"
ROWS_TO_A_LOOK = 200_000  # hardly a row made here is part of a cycle: garbage is looked for seldom


def _is_there() -> bool:
    """Whether a sample city was loaded before: its loaders add rows, and a second time would double them."""
    return AuditEntry.objects.filter(subject_type=KIND, action="load_sample").exists()


class Command(BaseCommand):
    help = "载入示例城市。同样的参数得到同样的数据；只在演示环境（DEMO=1）可用。"

    def add_arguments(self, parser):
        parser.add_argument("--students", type=int, default=6000)
        parser.add_argument("--resources", type=int, default=600)
        parser.add_argument("--years", type=int, default=6)

    def handle(self, *, students, resources, years, **options):
        if not settings.DEMO:
            raise CommandError("示例城市只能在演示环境（DEMO=1）中载入。")
        password = os.environ.get("DEMO_PASSWORD", "")
        if len(password) < 12:
            raise CommandError("请用环境变量 DEMO_PASSWORD 给出示例账号的密码（至少 12 位）。")
        if _is_there():
            self.stdout.write("示例城市已经载入，这次没有改动。要重新载入，请换一个空的数据库。")
            return
        gc.set_threshold(ROWS_TO_A_LOOK)
        began = time.monotonic()
        with transaction.atomic():
            with connection.cursor() as cursor:
                # Of tables just filled the planner knows nothing, and walks one for every row of another.
                cursor.execute("SET LOCAL enable_nestloop = off")
            load_accounts(password)
            staff = User.objects.get(username="staff")
            for loader in LOADERS:
                import_string(loader)(
                    students=students,
                    resources=resources,
                    years=years,
                    rng=random.Random(f"{loader} 2026"),  # noqa: S311  sample data, no secret
                    by=staff,
                )
                self.stdout.write(f"{loader}: {time.monotonic() - began:.1f} 秒")
            asked = f"{students} 名示例学生，{resources} 条资源，{years} 年"
            audit.event("load_sample", by=staff, kind=KIND, note=asked)
