"""How gunicorn serves the portal, on one's own machine and behind nginx alike."""

import os

from django.db import connections

# On one's own machine nobody else may come in; a container listens to its network (BIND=0.0.0.0).
bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"

worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))

# The portal is read once and then forked: workers start at once and share its memory.
preload_app = True


def pre_fork(server, worker):
    """The look at the database role left a connection, which no two processes may share."""
    connections.close_all()


# A worker that answers nobody for this long is replaced; a PDF of a page takes a few seconds at most.
timeout = 60
graceful_timeout = 20
keepalive = 5

# A worker is replaced now and then, so that no leak grows for weeks; not all at once.
max_requests = 5000
max_requests_jitter = 500

# Its heartbeat file lives in memory where there is such a place: a slow disk is no reason to kill a worker.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  gunicorn's own, unlinked at once

# The portal writes a log of its own, without personal data; addresses that carry tokens are not logged.
accesslog = None
errorlog = "-"
control_socket_disable = True
