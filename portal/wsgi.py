"""Where gunicorn finds the portal."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()

from portal.database import refuse_a_mighty_role  # noqa: E402  settings must be loaded first
from portal.encryption import check_keys  # noqa: E402  likewise

check_keys()
refuse_a_mighty_role()

# Every page is read now, once for all workers, and stays: the collector need not walk it again and again.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
