"""Whether a resource is still right: answered by a link, without an account, or at the desk."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.errors import Refused
from portal.roles import Perm
from resources import actions, queries
from resources.models import Resource


def _question(token: str):
    try:
        return queries.question_of(token)
    except Refused as refusal:
        raise Http404(str(refusal)) from refusal


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request, token):
    question = _question(token)
    answer = request.POST.get("answer", "")
    if request.method == "POST" and question.is_open and answer in ("correct", "closed"):
        if answer == "correct":
            actions.confirm(question.resource, by=question.person, at=timezone.now(), note="通过核实链接")
        else:
            actions.close(question.resource, by=question.person, note="单位通过核实链接告知已停办")
        return render(request, "resources/life_confirm.html", {"question": question, "answer": answer})
    context = {
        "question": question,
        "opening": queries.opening(question.resource, timezone.now()),
        "facts": [*queries.public_facts(question.resource), *question.resource.extra(public_only=True)],
    }
    return render(request, "resources/life_confirm.html", context)


@require_POST
def confirm_at_desk(request, pk):
    rows = Resource.objects.for_user(request.user, Perm.RESOURCE_VIEW)
    resource = get_object_or_404(rows.select_related("region", "kind"), pk=pk)
    actions.confirm(resource, by=request.user, at=timezone.now())
    messages.success(request, "已核实，谢谢。")
    return redirect(resource.get_desk_url())
