"""Needs as the public posts and follows them; the basket; the board of what nobody serves."""

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import ics, plain_question
from portal.calendar import local_today
from portal.encryption import unsign
from portal.errors import ChangedMeanwhile, Refused, add_faults
from portal.keyset import page_by_key
from portal.middleware import client_address
from portal.regions import Region
from resources.actions import bookings, needs
from resources.actions.bookings import MOST_AT_ONCE, WishRefused
from resources.forms.needs import NeedForm, RateForm, WishForm, initial_of
from resources.models import NEED_STEPS, Booking, Need, Programme, Resource, Topic
from resources.models.needs import LINK
from resources.queries import matching
from resources.queries import needs as queries
from resources.queries.booking import terms_of, with_terms

YEARS = {str(year) for year in range(2000, 2100)}
TOO_OFTEN = "提交过于频繁，请一小时后再试，或电话联系区科协。"


# --- The basket -----------------------------------------------------------------------------------


def _codes(request) -> list[str]:
    """What the address or the form names; without any, what lies in the basket of this session."""
    named = [*request.GET.getlist("item"), *request.POST.getlist("item")]
    wanted = named or (request.session.get("basket", []) if "basket" in request.GET else [])
    return list(dict.fromkeys(code[:12] for code in wanted if code.isascii() and code.isalnum()))[
        :MOST_AT_ONCE
    ]


def _items(codes: list[str]) -> list[Resource]:
    """The resources of these codes that may be booked, in the order they were chosen."""
    rows = with_terms(Resource.objects.published().filter(code__in=codes))
    found = {row.code: row for row in rows if terms_of(row) is not None}
    return [found[code] for code in codes if code in found]


@never_cache
@login_not_required
@require_safe
def basket(request):
    items = _items(request.session.get("basket", []))
    return render(request, "resources/basket.html", {"items": items, "most": MOST_AT_ONCE})


@login_not_required
@require_POST
def basket_add(request):
    plain_question.limit("basket", client_address(request), most=300, seconds=3600, sentence=TOO_OFTEN)
    items = _items([request.POST.get("item", "")[:12]])
    if not items:
        raise Refused("这项资源目前不接受预约。")
    kept = request.session.get("basket", [])
    if items[0].code not in kept and len(kept) >= MOST_AT_ONCE:
        raise Refused(f"预约单最多 {MOST_AT_ONCE} 项，请先提交或删去一项。")
    request.session["basket"] = list(dict.fromkeys([*kept, items[0].code]))
    messages.success(request, f"“{items[0].title}”已加入预约单。")
    return redirect("needs:basket")


@login_not_required
@require_POST
def basket_drop(request):
    code = request.POST.get("item", "")
    request.session["basket"] = [each for each in request.session.get("basket", []) if each != code]
    return redirect("needs:basket")


# --- Posting --------------------------------------------------------------------------------------


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    """One form for both: what is wanted in one's own words, or resources chosen from the menu."""
    now = timezone.now()
    items = _items(_codes(request))
    known = queries.known_of(request.user) if request.user.is_authenticated else {}
    initial = known | queries.prefilled(request.GET)
    form = NeedForm(request.POST or None, person=request.user, at=now, items=items, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            need = _post(request, form, now)
        except WishRefused as refusal:
            form.add_error(form.field_of(refusal), str(refusal))
        except (Refused, ValidationError) as fault:
            add_faults(form, fault)
        else:
            request.session.pop("basket", None) if items else None
            messages.success(request, "已提交。请收藏本页，进展都在这里。")
            return redirect(need)
    return _form_shown(request, form, items=items)


def _form_shown(request, form: NeedForm, **more):
    """The form with what is promised: how soon owners answer, how long it is known who asked."""
    context = {
        "form": form,
        "promise": f"选好时间，留下联系方式；所属单位会在 {settings.BOOKING_ANSWER_DAYS} 个工作日内答复。",
        "kept_months": settings.NEED_KEPT_MONTHS,
        **more,
    }
    return render(request, "resources/need_form.html", context, status=422 if form.is_bound else 200)


def _post(request, form: NeedForm, now) -> Need:
    _limit(request, form)
    return needs.post_need(
        key=form.cleaned_data["key"],
        values=form.values,
        topics=form.chosen_topics,
        wishes=form.wishes,
        at=now,
        by=request.user,
        **form.asker,
    )


def _limit(request, form: NeedForm) -> None:
    for name, key, most in (
        ("need-address", client_address(request), 60),
        ("need-mobile", form.cleaned_data["mobile"], 20),
    ):
        plain_question.limit(name, key, most=most, seconds=3600, sentence=TOO_OFTEN)


# --- Following ------------------------------------------------------------------------------------


def _need_of(token: str) -> Need:
    try:
        key = unsign(token, purpose=LINK)
    except Refused as refusal:
        raise Http404(str(refusal)) from refusal
    return get_object_or_404(queries.followed(key))


def _booking_of(token: str, pk: int) -> Booking:
    need = _need_of(token)
    return get_object_or_404(
        Booking.objects.select_related(
            "resource__region", "organization", "region", "need__created_by", "need__region"
        ),
        pk=pk,
        need=need,
    )


@never_cache
@login_not_required
@require_safe
def follow(request, token):
    return _followed(request, _need_of(token), token)


def _followed(request, need: Need, token: str, *, status: int = 200, rated: int = 0, rate_form=None):
    """The page of a need; with a judgement that was not taken, the form of the booking it is about."""
    now = timezone.now()
    rows = queries.bookings_of(need)
    waits = need.status in queries.UNSERVED
    context = {
        "need": need,
        "token": token,
        "facts": queries.inner_facts(need),
        "bookings": [
            {
                "row": row,
                "may_agree": row.status == Booking.Status.PROPOSED and row.starts_at > now,
                "may_take_back": row.is_live and row.last_starts_at > now,
                "may_rate": row.status == Booking.Status.DONE and row.rated_at is None,
                "rate_form": rate_form if rated == row.pk else RateForm(auto_id=f"rate_{row.pk}_%s"),
                "is_rated_now": rated == row.pk,
            }
            for row in rows
        ],
        "timeline": NEED_STEPS.timeline(need),
        "proposals": matching.proposals(need, at=now) if waits else [],
        "speakers": matching.speakers(need, on=local_today(now)) if waits else [],
        "may_change": waits,
    }
    return render(request, "resources/need_follow.html", context, status=status)


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request, token):
    need = _need_of(token)
    now = timezone.now()
    if need.status not in queries.UNSERVED:
        raise Refused("已对接或已结束的需求不能再修改。如需调整，请与对方联系或重新提出。")
    form = NeedForm(request.POST or None, by_link=True, at=now, instance=need, initial=initial_of(need))
    if request.method == "POST" and form.is_valid():
        try:
            plain_question.limit(
                "need-address", client_address(request), most=60, seconds=3600, sentence=TOO_OFTEN
            )
            needs.change_need(
                need,
                values=form.values,
                topics=form.chosen_topics,
                seen=form.cleaned_data["seen"],
                by=request.user,
                **form.asker,
            )
        except (Refused, ChangedMeanwhile, ValidationError) as fault:
            add_faults(form, fault)
        else:
            messages.success(request, "已保存修改。")
            return redirect("needs:follow", token=token)
    return _form_shown(request, form, items=[], need=need, token=token)


@login_not_required
@require_POST
def withdraw(request, token):
    needs.take_back_need(_need_of(token), at=timezone.now(), by=request.user)
    messages.success(request, "需求已撤回，相关预约一并取消。")
    return redirect("needs:follow", token=token)


STEPS = {
    "agree": (bookings.agree, "已同意新的时间。"),
    "take_back": (bookings.take_back, "已撤回这项预约。"),
}


@login_not_required
@require_POST
def booking_step(request, token, pk, step):
    if step not in STEPS:
        raise Http404("没有这个步骤。")
    act, said = STEPS[step]
    act(_booking_of(token, pk), at=timezone.now(), by=request.user)
    messages.success(request, said)
    return redirect("needs:follow", token=token)


@login_not_required
@require_POST
def rate(request, token, pk):
    booking = _booking_of(token, pk)
    form = RateForm(request.POST, auto_id=f"rate_{pk}_%s")
    if not form.is_valid():
        return _followed(request, _need_of(token), token, status=422, rate_form=form, rated=booking.pk)
    bookings.rate(
        booking,
        rating=form.cleaned_data["rating"],
        words=form.cleaned_data["words"],
        at=timezone.now(),
        by=request.user,
    )
    messages.success(request, "谢谢您的评价。")
    return redirect("needs:follow", token=token)


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def book(request, token, code):
    """Ask for one more resource, one of those proposed."""
    need = _need_of(token)
    now = timezone.now()
    found = _items([code])
    if not found or not need.is_live:
        raise Http404("这项资源不接受预约，或需求已结束。")
    form = WishForm(request.POST or None, resource=found[0], at=now)
    if request.method == "POST" and form.is_valid():
        try:
            bookings.request(need, form.wish, at=now, by=request.user)
        except WishRefused as refusal:
            form.add_error(form.item.first_field(other=refusal.is_other), str(refusal))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已提交预约，对方答复后在本页显示。")
            return redirect("needs:follow", token=token)
    context = {"form": form, "need": need, "resource": found[0], "token": token}
    return render(request, "resources/need_book.html", context, status=422 if form.is_bound else 200)


def calendar_answer(name: str, entries, file_name: str) -> HttpResponse:
    answer = HttpResponse(ics.calendar_file(name, entries), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@login_not_required
@require_safe
def booking_calendar(request, token, pk):
    booking = _booking_of(token, pk)
    url = request.build_absolute_uri(reverse("needs:follow", args=[token]))
    entry = queries.calendar_entry(booking, url=url, host=request.get_host())
    return calendar_answer(entry.title, [entry], f"booking-{booking.pk}.ics")


# --- What others see ------------------------------------------------------------------------------


@login_not_required
@require_safe
def board(request):
    """What is asked for and unserved, per topic and one by one; without anybody's name."""
    day = local_today()
    asked = _asked(request.GET)
    page = page_by_key(
        queries.unmatched_needs(on=day, **asked),
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=20,
    )
    context = {
        "page": page,
        "rows": [(row, queries.public_words(row), queries.need_facts(row)) for row in page.rows],
        "board": queries.board(on=day, district=asked["district"]),
        "asked": asked,
        "districts": Region.objects.districts(),
        "topics": Topic.objects.filter(needs__isnull=False).distinct().order_by("position", "pk"),
        "programmes": Programme.objects.filter(is_active=True),
        "new_url": f"{reverse('needs:new')}?{urlencode({'district': asked['district']})}",
    }
    return render(request, "resources/need_board.html", context)


@login_not_required
@require_safe
def counted(request):
    """The needs behind a figure of a year: of a district, a topic, a programme, or those matched."""
    asked = _asked(request.GET)
    said = request.GET.get("year", "")
    year = int(said) if said in YEARS else local_today().year
    matched = request.GET.get("matched") == "1"
    rows = queries.needs_behind(date(year, 1, 1), date(year + 1, 1, 1), matched=matched, **asked)
    page = page_by_key(
        rows, order=("-pk",), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {
        "page": page,
        "rows": [(row, queries.public_words(row)) for row in page.rows],
        "count": rows.count(),
        "said": queries.said_of(matched=matched, **asked),
        "year": year,
    }
    return render(request, "resources/need_counted.html", context)


def _asked(query) -> dict[str, str]:
    """Codes of the address, as far as they could be codes."""
    names = ("district", "topic", "programme")
    values = {name: query.get(name, "")[:30] for name in names}
    return {
        name: value if value.isascii() and value.replace("_", "").isalnum() else ""
        for name, value in values.items()
    }


@require_safe
def mine(request):
    """What somebody signed in has asked for."""
    rows = Need.objects.filter(created_by=request.user).select_related("region__parent")
    page = page_by_key(
        rows, order=("-pk",), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    return render(request, "resources/need_mine.html", {"page": page})


@never_cache
@login_not_required
@require_safe
def feed(request, token):
    """The accepted bookings of one unit, for its own calendar program; the link is handed out at its desk."""
    try:
        key = unsign(token, purpose="booking_feed")
    except Refused as refusal:
        raise Http404(str(refusal)) from refusal
    rows = queries.bookings_of_unit(int(key), since=timezone.now())
    entries = [
        queries.calendar_entry(
            row, url=request.build_absolute_uri(row.get_desk_url()), host=request.get_host()
        )
        for row in rows
    ]
    return calendar_answer("科普资源预约", entries, "bookings.ics")
