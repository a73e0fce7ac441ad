"""The directory as files and as a catalogue, for whoever builds on it."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from portal.licences import open_data_licence
from resources.queries import open_data


@login_not_required
@require_safe
def directory(request, kind):
    if kind not in open_data.FORMATS:
        raise Http404("没有这种格式。")
    path = open_data.file_of(kind)
    answer = FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"shenzhen-science-resources-{timezone.localdate():%Y%m%d}.{kind}",
        content_type=f"{open_data.FORMATS[kind]}; charset=utf-8",
    )
    answer.headers["Last-Modified"] = http_date(path.stat().st_mtime)
    answer.headers["Link"] = f'<{open_data_licence().address}>; rel="license"'
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@login_not_required
@require_safe
def catalogue(request):
    addresses = {
        kind: f"{settings.SITE_URL}{reverse('resources_open:directory', args=[kind])}"
        for kind in open_data.FORMATS
    }
    page = f"{settings.SITE_URL}{reverse('open_data')}"
    return JsonResponse(
        open_data.catalogue(addresses, page),
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        content_type="application/ld+json; charset=utf-8",
    )
