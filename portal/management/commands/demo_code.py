import time

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.sample import DEMO_SEED


class Command(BaseCommand):
    help = "打印示例账号此刻的两步验证码。"

    def handle(self, **options):
        if not settings.DEMO:
            raise CommandError("只在演示环境（DEMO=1）可用。")
        counter = int(time.time()) // app_settings.TOTP_PERIOD
        self.stdout.write(format_hotp_value(hotp_value(DEMO_SEED, counter)))
