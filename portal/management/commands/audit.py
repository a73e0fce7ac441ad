from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal import audit


class Command(BaseCommand):
    help = "封存或核对操作记录链：audit seal；audit verify [--anchor 序号:摘要]"

    def add_arguments(self, parser):
        parser.add_argument("what", choices=["verify", "seal", "head"])
        parser.add_argument("--anchor", default="", help="另处保存的链头，形如 1024:ab12…")

    def handle(self, *, what, anchor, **options):
        if what == "seal":
            while audit.seal():
                pass
        if what in ("seal", "head"):
            number, digest = audit.head()
            self.stdout.write(f"{number}:{digest}")
            return
        kept = anchor.partition(":")
        verdict = audit.verify(at=timezone.now(), anchor=(int(kept[0]), kept[2]) if anchor else None)
        if verdict.broken_at is not None:
            raise CommandError(f"操作记录链在第 {verdict.broken_at} 环断开。")
        if verdict.unsealed_late:
            raise CommandError(f"有 {verdict.unsealed_late} 条记录超过一分钟未封存。")
        self.stdout.write(f"操作记录链完整，共 {verdict.links} 环，链头 {verdict.head}")
