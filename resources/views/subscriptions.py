"""Hearing of what is new: feed, mail, and recommendations by declared interests."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import plain_question
from portal.encryption import unsign
from portal.errors import Refused
from portal.middleware import client_address
from resources import queries
from resources.actions import subscriptions as actions
from resources.forms.subscriptions import InterestsForm, SubscribeForm
from resources.models import Interests, Subscription, Topic
from resources.queries.recommend import Wanted, is_of_a_child, recommend

PURPOSE = "menu_subscription"


# --- Feed -----------------------------------------------------------------------------------------


@login_not_required
@require_safe
def feed(request):
    """The newest answers to a menu question, as Atom. Basis: RFC 4287."""
    asked = _asked(request)
    rows = queries.newest_of(asked, limit=queries.NEWEST)
    found = Atom1Feed(
        title=f"深圳科普资源：{asked.said}",
        link=f"{settings.SITE_URL}{asked.address()}",
        feed_url=f"{settings.SITE_URL}{request.get_full_path()}",
        description="新上菜单的科普资源",
        language="zh-Hans",
        author_name="深圳市科学技术协会",
    )
    for row in rows:
        found.add_item(
            title=row.title,
            link=f"{settings.SITE_URL}{row.get_absolute_url()}",
            unique_id=f"urn:shenzhen-science-outreach:resource:{row.code}",
            description=row.summary,
            pubdate=row.published_at,
            updateddate=row.updated_at,
            categories=[row.kind.name],
        )
    answer = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    found.write(answer, "utf-8")
    answer.headers["Cache-Control"] = "public, max-age=600"
    return answer


def _asked(request) -> queries.MenuQuery:
    """The question of the address; where somebody is never becomes part of a subscription."""
    params = request.GET.copy()
    for name in ("near", "within", "after", "before"):
        params.pop(name, None)
    return queries.MenuQuery.read(params, at=timezone.now())


# --- Mail -----------------------------------------------------------------------------------------

SENTENCE = "订阅过于频繁，请一小时后再试。"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request):
    asked = _asked(request)
    form = SubscribeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _subscribe(request, asked, form.cleaned_data, timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "请查收邮件并点其中的链接确认；两天内未确认，地址自动删除。")
            return redirect(asked.address())
    context = {"form": form, "asked": asked, "total": asked.total}
    return render(request, "resources/subscribe.html", context, status=422 if form.is_bound else 200)


def _subscribe(request, asked, typed: dict, now: datetime) -> None:
    for name, key, most in (("address", client_address(request), 20), ("mail", typed["mail"].lower(), 5)):
        plain_question.limit(f"subscribe-{name}", key, most=most, seconds=3600, sentence=SENTENCE)
    question = asked.question
    if len(question) > 300:
        raise Refused("条件太长，请减少一些再订阅。")
    actions.subscribe(question=question, every=typed["every"], mail=typed["mail"], at=now, key=typed["key"])


def _entry_of(token: str) -> Subscription:
    try:
        key = unsign(token, purpose=PURPOSE)
    except Refused as refusal:
        raise Http404(str(refusal)) from refusal
    return get_object_or_404(Subscription, uuid=key)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request, token):
    """Where the links of the mails lead: confirm by a button, for mail programs open links by themselves."""
    entry = _entry_of(token)
    if request.method == "POST":
        actions.confirm(entry, at=timezone.now())
        messages.success(request, "已确认。有新资源时，我们给您发邮件。")
        return redirect("resources:subscription", token=token)
    asked = queries.of_question(entry.question, at=timezone.now())
    return render(request, "resources/subscription.html", {"entry": entry, "asked": asked, "token": token})


@login_not_required
@require_POST
def subscription_leave(request, token):
    actions.leave(_entry_of(token))
    messages.success(request, "已退订，您的邮箱地址已删除。")
    return redirect("resources:menu")


# --- Recommendations ------------------------------------------------------------------------------


@login_not_required
@require_safe
def suggested(request):
    """For what the address says, which anybody from 14 on may write and share. None for children."""
    wanted, is_grown = Wanted.read(request.GET), "is_grown" in request.GET
    names = ("topics", "audience", "district", "age")
    form = InterestsForm(initial={name: getattr(wanted, name) for name in names} | {"is_grown": is_grown})
    is_child = wanted.is_of_a_child or (request.user.is_authenticated and is_of_a_child(request.user))
    context = _context(wanted if is_grown and not is_child else Wanted(), form=form)
    context |= {
        "declared": wanted,
        "is_child": is_child,
        "must_say": wanted.says_something and not is_grown and not is_child,
    }
    return render(request, "resources/suggested.html", context)


def _context(wanted: Wanted, **more) -> dict:
    now = timezone.now()
    found = recommend(wanted, at=now)
    reasons = {row.pk: reason for row, reason in found}
    return {
        "cards": queries.cards([row for row, _ in found], now, reasons=reasons),
        "wanted": wanted,
        "topics": Topic.objects.filter(is_active=True).order_by("position", "pk"),
        **more,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def mine(request):
    """One's own interests, and what they lead to. None for the account of a child."""
    interests = Interests.objects.filter(user=request.user).select_related("district").first()
    initial = {}
    if interests:
        names = ("topics", "audience", "district", "age")
        initial = {name: getattr(interests, name) for name in names} | {"is_grown": True}
    form = InterestsForm(request.POST or None, initial=initial)
    if request.method == "POST" and "forget" in request.POST:
        actions.forget_interests(by=request.user)
        messages.success(request, "已删除您的兴趣。")
        return redirect("resources:mine")
    if request.method == "POST" and form.is_valid():
        actions.declare_interests(by=request.user, **form.values)
        messages.success(request, "已保存。")
        return redirect(f"{reverse('resources:mine')}#found")
    wanted = Wanted.of(interests) if interests and not is_of_a_child(request.user) else Wanted()
    context = _context(wanted, form=form, interests=interests)
    return render(request, "resources/mine.html", context, status=422 if form.is_bound else 200)
