"""Loads what the portal needs to know before anybody enters anything. Safe to run at every start."""

from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

# In this order. Each loads or refreshes its rows from files of the repository and returns how many.
LOADERS = (
    "portal.regions.load",
    "portal.calendar.load",
    "portal.synonyms.load",
    "outreach.actions.load_reference",
    "outreach.actions.load_library",
    "resources.actions.load_reference",
    "events.actions.load_reference",
    "youth_credits.actions.load_reference",
    "youth_credits.actions.load_roll_out",
    "youth_credits.actions.load_competitions",
    "indicators.actions.load_reference",
)


class Command(BaseCommand):
    help = "载入区划、日历、分类、规则、报表项目等基础数据。"

    def handle(self, **options):
        for loader in LOADERS:
            count = import_string(loader)()
            if options["verbosity"]:
                self.stdout.write(f"{loader}: {count}")
