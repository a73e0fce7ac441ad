"""How a person wants to see the portal: light or dark, large type. Two cookies, no script, no account."""

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

YEAR = 365 * 24 * 3600


class DisplayForm(forms.Form):
    theme = forms.ChoiceField(
        label="明暗",
        choices=[("auto", "跟随系统"), ("light", "浅色"), ("dark", "深色")],
        widget=forms.RadioSelect,
    )
    type = forms.ChoiceField(
        label="字号", choices=[("normal", "标准字号"), ("large", "大字版")], widget=forms.RadioSelect
    )


def _back(request, address: str) -> str:
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())
    return address if safe and address.startswith("/") and len(address) <= 2000 else "/"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def display(request):
    """Choose on a page of its own, so that no other page needs a cookie for the choice."""
    back = _back(request, request.POST.get("next", request.GET.get("next", "/")))
    if request.method != "POST":
        theme, size = request.COOKIES.get("theme", "auto"), request.COOKIES.get("type", "normal")
        form = DisplayForm(
            initial={
                "theme": theme if theme in ("light", "dark") else "auto",
                "type": "large" if size == "large" else "normal",
            }
        )
        return render(request, "portal/display.html", {"form": form, "back": back})
    form = DisplayForm(request.POST)
    if not form.is_valid():
        return render(request, "portal/display.html", {"form": form, "back": back}, status=422)
    response = HttpResponseRedirect(back)
    for name, value in form.cleaned_data.items():
        response.set_cookie(
            name,
            value,
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
