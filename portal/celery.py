"""Background work. Settings stand in portal/settings.py under CELERY_."""

import os
import sys

from celery import Celery
from celery.signals import worker_init
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.set_default()


@worker_init.connect
def refuse_a_mighty_role(**kwargs) -> None:
    """A worker does not start as a database role that row-level security does not bind.

    Celery logs what a receiver raises and goes on; only SystemExit ends the start.
    """
    from portal.database import refuse_a_mighty_role as refuse  # noqa: PLC0415  Django is set up only now
    from portal.encryption import check_keys  # noqa: PLC0415  the worker imports this file first of all

    try:
        check_keys()
        refuse()
    except (ImproperlyConfigured, DatabaseError) as reason:
        sys.exit(str(reason))
