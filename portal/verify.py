"""Anyone may ask whether a paper is genuine and still valid. The answer never holds a full name."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal import documents, plain_question
from portal.errors import Refused
from portal.identifiers import check_certificate_number
from portal.middleware import client_address

TOO_OFTEN = "核验过于频繁，请一小时后再试。"


class PaperForm(forms.Form):
    """What stands below the QR code, for those who type it."""

    number = forms.CharField(label="编号", max_length=40, help_text="例如 KPXF-2026-000012。")
    code = forms.CharField(label="校验码", max_length=40, help_text="编号下方的八位字母和数字，不分大小写。")

    def clean_number(self):
        try:
            return check_certificate_number(self.cleaned_data["number"])
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from None


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify_form(request):
    form = PaperForm(request.POST or None)
    if not form.is_valid():
        return render(request, "portal/verify.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        plain_question.limit("verify", client_address(request), most=60, seconds=3600, sentence=TOO_OFTEN)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "portal/verify.html", {"form": form}, status=429)
    paper = documents.found(form.cleaned_data["number"], form.cleaned_data["code"])
    if paper:
        return redirect(paper)
    form.add_error(None, "没有与此编号和校验码相符的文书。请对照原件核对；仍不相符，请勿采信。")
    return render(request, "portal/verify.html", {"form": form}, status=422)


@login_not_required
@never_cache
@require_safe
def verify(request, token):
    paper = documents.checked(token)
    context = {"paper": paper, "asked": True, "form": PaperForm()}
    return render(request, "portal/verify.html", context, status=200 if paper else 404)
