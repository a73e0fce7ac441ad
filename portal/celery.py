"""Background work. Settings stand in portal/settings.py under CELERY_."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.set_default()


@worker_init.connect
def refuse_a_mighty_role(**kwargs) -> None:
    """A worker does not start as a database role that row-level security does not bind."""
    # Only here is Django set up: the worker imports this file first of all.
    from portal.database import refuse_a_mighty_role as refuse  # noqa: PLC0415

    refuse()
