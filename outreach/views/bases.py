"""The titles of the city before the public: by district, level, kind, on any day."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from outreach.models import Round, Title, TitleKind
from outreach.queries import bases as queries
from portal.calendar import local_today
from portal.keyset import page_by_key
from portal.maps import About, district_map
from portal.regions import Region


@login_not_required
@require_safe
def base_list(request):
    asked = queries.BaseQuery.read(request.GET)
    titles = asked.titles()
    counts = queries.counts(titles)
    page = page_by_key(
        titles,
        order=("organization__name", "pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=24,
    )
    about = About(
        name="bases", title="各区科普称号数", note="点区名只看该区。", source="来源：本平台登记的称号。"
    )
    kept = {"level": asked.level, "kind": asked.kind, "category": asked.category, "q": asked.q}
    if asked.on != local_today():
        kept["on"] = asked.on.isoformat()
    context = {
        "asked": asked,
        "page": page,
        "total": titles.count(),
        "today": local_today(),
        "kinds": queries.kind_counts(asked.on),
        "levels": TitleKind.Level.choices,
        "categories": Title.Category.choices,
        "districts": Region.objects.districts(),
        "chart": district_map(about, counts, columns=("区", "称号数"), decimals=0),
        "items": [
            {
                "label": row.name,
                "value": counts.get(row.code, 0),
                "url": f"{reverse('bases:list')}?{urlencode({**_said(kept), 'district': row.code})}",
            }
            for row in Region.objects.districts()
        ],
        "rounds": Round.objects.announced().order_by("-announced_at", "-pk")[:5],
    }
    return render(request, "outreach/base_list.html", context)


def _said(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
