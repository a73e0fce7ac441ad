"""How a school comes to its pages: its scope, the second factor, its classes, the way back."""

import io
import time
from collections.abc import Callable
from functools import wraps

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from portal.accounts import require
from portal.files import KINDS
from portal.organizations import Organization
from portal.roles import Perm
from portal.scope import scope_of
from youth_credits import queries
from youth_credits.models import Grade, Publication, Student

MOST_TICKED = 1_000
CRUMBS = (("工作台", "/desk/"), ("青少年科普学分", "/desk/credits/"))


def school_page(perm: Perm) -> Callable:
    """The view gets the school whose scope this request runs in; who has none, or not `perm`, is denied."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def page(request, *args, **kwargs):
            kind, _, pk = scope_of(request.user).partition(":")
            if kind != "school":
                raise PermissionDenied("青少年科普学分的页面供学校使用。")
            school = Organization.objects.select_related("region").get(pk=pk)
            require(request.user, perm, school)
            return view(request, school, *args, **kwargs)

        return page

    return decorate


def second_factor_first(view: Callable) -> Callable:
    """Whole numbers, exports and changes of many rows ask for a second factor of the last ten minutes."""

    @wraps(view)
    def page(request, *args, **kwargs):
        kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        if not request.user.authenticator_set.filter(type__in=kinds).exists():
            messages.warning(request, "此操作涉及学生完整信息或批量数据，请先绑定验证器，再回来办理。")
            return redirect("mfa_index")
        given = [
            one["at"] for one in get_authentication_records(request, request.user) if one["method"] == "mfa"
        ]
        if time.time() - max(given, default=0) > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return suspend_request(request, reverse("mfa_reauthenticate"))
        return view(request, *args, **kwargs)

    return page


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [*CRUMBS, *more]


def own_student(school: Organization, uuid) -> Student:
    students = Student.objects.filter(school=school).select_related("school__region")
    return get_object_or_404(students, uuid=uuid)


def workbook(target: io.BytesIO, name: str) -> HttpResponse:
    answer = HttpResponse(target.getvalue(), content_type=KINDS["xlsx"].content_type)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer


def class_asked(request) -> tuple[int, int] | None:
    """The class of `?class=5-3`; None for anything else."""
    grade, _, number = request.GET.get("class", "").partition("-")
    if grade.isdecimal() and number.isdecimal() and int(grade) in Grade.values and 0 < int(number[:3]) < 100:
        return int(grade), int(number)
    return None


def class_choices(school: Organization, chosen: tuple[int, int] | None) -> list[dict]:
    return [
        {
            "value": f"{row['grade']}-{row['class_number']}",
            "label": f"{Grade(row['grade']).label}{row['class_number']}班（{row['heads']}人）",
            "chosen": chosen == (row["grade"], row["class_number"]),
        }
        for row in queries.classes(school)
    ]


def ticked(request, name: str) -> set[int]:
    """The keys of the ticked boxes of one name."""
    typed = request.POST.getlist(name)[:MOST_TICKED]
    return {int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 19}


def chosen_publication(request, public: list[Publication]) -> Publication | None:
    """Of the terms that may be appealed against, the one named in the address, or the first."""
    asked = request.GET.get("of", "")
    return next((one for one in public if str(one.uuid) == asked), public[0] if public else None)
