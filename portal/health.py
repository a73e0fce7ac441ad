"""For those who run the portal: is it up, is it ready, what does it count."""

import json
import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.db.transaction import non_atomic_requests
from django.http import HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django_prometheus.exports import ExportToDjangoView

logger = logging.getLogger("portal.csp")

LOCAL = {"127.0.0.1", "::1"}


@login_not_required
@non_atomic_requests
@require_safe
def healthz(request):
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request):
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"database": "away"}, status=503)
    return JsonResponse({"database": "ok"})


@login_not_required
@non_atomic_requests
@require_safe
def metrics(request):
    """For this machine itself, or for whoever brings the token."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    brought = settings.METRICS_TOKEN and constant_time_compare(token, settings.METRICS_TOKEN)
    if request.META.get("REMOTE_ADDR") not in LOCAL and not brought:
        raise PermissionDenied("metrics")
    return ExportToDjangoView(request)


@csrf_exempt  # browsers send these reports without a form; the body is logged in part, never stored
@login_not_required
@require_POST
def csp_report(request):
    try:
        report = json.loads(request.body[:10_000]).get("csp-report", {})
    except (ValueError, AttributeError):
        report = {}
    logger.warning(
        "content policy: %s blocked %s",
        str(report.get("violated-directive", ""))[:60],
        str(report.get("blocked-uri", ""))[:120],
    )
    return HttpResponse(status=204)
