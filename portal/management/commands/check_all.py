"""Missing migrations, templates, deployment: three checks of one start, for the gate before a commit."""

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

CHECKS = {
    "迁移": ("makemigrations", {"check_changes": True, "dry_run": True, "verbosity": 1}),
    "模板": ("check_templates", {"verbosity": 0}),
    "部署": ("check", {"deploy": True, "fail_level": "WARNING"}),
}


class Command(BaseCommand):
    help = "一次启动，核对迁移是否齐全、模板能否编译、部署设置是否妥当。"
    requires_system_checks = ()

    def handle(self, **options):
        failed = [name for name in CHECKS if not self._passes(name)]
        if failed:
            raise CommandError(f"未通过：{'、'.join(failed)}。")

    def _passes(self, name: str) -> bool:
        command, options = CHECKS[name]
        try:
            call_command(command, stdout=self.stdout, stderr=self.stderr, **options)
        except CommandError as fault:
            self.stderr.write(str(fault))
            return False
        except SystemExit as end:  # makemigrations ends so where one is missing
            return not end.code
        return True
