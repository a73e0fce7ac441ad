"""Enters everything that can be found anew. Safe at any time: searches see the old state until it is done."""

from django.core.management.base import BaseCommand

from portal import search


class Command(BaseCommand):
    help = "重建检索条目。"

    def handle(self, **options):
        for source, count in search.rebuild().items():
            self.stdout.write(f"{source}: {count}")
