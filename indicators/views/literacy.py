"""Civic scientific literacy before the public: the series, its target, groups and places."""

from django.contrib.auth.decorators import login_not_required
from django.urls import reverse
from django.views.decorators.http import require_safe

from indicators.models import LiteracyResult
from indicators.queries.literacy import HOW, Asked, literacy, offers
from portal import exhibits
from portal.roles import Perm


@login_not_required
@require_safe
def literacy_page(request):
    """The share of citizens with scientific literacy over the years, beside the nation and the target."""
    asked = Asked.read(request.GET)
    found = literacy(asked)
    may_enter = request.user.is_authenticated and request.user.can(Perm.INDEX_COMPUTE)
    admin = [
        ("登记调查", reverse("admin:indicators_literacysurvey_add"), ""),
        ("录入结果", reverse("admin:indicators_literacyresult_add"), ""),
        ("表格导入", reverse("admin:indicators_literacyresult_import"), "primary"),
    ]
    keeps_plan = request.user.is_authenticated and request.user.can(Perm.PLAN_EDIT)
    context = {
        "found": found,
        "offers": offers() if keeps_plan else [],
        "asked": asked,
        "how": HOW,
        "areas": LiteracyResult.Area.choices,
        "kinds": LiteracyResult.Kind.choices,
        "actions": admin if may_enter else [],
        "crumbs": [("首页", "/"), ("科普发展指数", "/index/"), ("公民科学素质", "")],
    }
    return exhibits.respond(request, "indicators/literacy.html", context, found.charts)
