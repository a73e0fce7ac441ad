"""The class grid: one activity, everybody ticked."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.calendar import local_today
from portal.errors import Refused
from portal.organizations import Organization
from portal.roles import Perm
from youth_credits import actions, queries
from youth_credits.actions import Occasion
from youth_credits.forms import GridForm
from youth_credits.models import Batch, Student
from youth_credits.queries import RuleBook
from youth_credits.views.access import class_asked, class_choices, crumbs, school_page


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def grid(request, school):
    """One activity of one class: everybody ticked, untick the absent, save.

    Whole names, since whoever ticks must tell the children apart; that the class was opened is recorded.
    """
    chosen = class_asked(request)
    students = []
    if chosen:
        students = list(
            Student.objects.active()
            .filter(school=school, grade=chosen[0], class_number=chosen[1])
            .order_by("pk")
        )
    if students:
        actions.open_class(school, chosen, by=request.user)
    book = RuleBook(school)
    form = GridForm(request.POST or None, book=book, initial=_last_grid(school))
    present = set(request.POST.getlist("present")) if form.is_bound else None
    if form.is_bound and form.is_valid():
        try:
            batch = _save_grid(form, [s for s in students if str(s.uuid) in present], school, request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记 {batch.rows_new} 名学生，等待审核员审核。")
            return redirect(batch)
    context = {
        "form": form,
        "classes": class_choices(school, chosen),
        "chosen": chosen,
        "students": [(one, present is None or str(one.uuid) in present) for one in students],
        "crumbs": crumbs(("班级登记", "")),
    }
    return render(request, "youth_credits/grid.html", context, status=422 if form.is_bound else 200)


def _last_grid(school: Organization) -> dict:
    """The last activity, so that the next class needs no typing."""
    last = queries.last_activity(school)
    if last is None:
        return {"held_on": local_today()}
    return {
        "name": last.activity.name,
        "kind": last.rule.code,
        "held_on": last.activity.held_on,
        "minutes": last.minutes,
        "provider": last.activity.provider,
        "starts_at": timezone.localtime(last.starts_at).time() if last.starts_at else None,
    }


def _save_grid(form: GridForm, present: list[Student], school: Organization, by) -> Batch:
    said = form.cleaned_data
    return actions.record_class(
        Occasion(said["rule"], said["held_on"], said["name"], said["provider"]),
        present,
        minutes=said["minutes"],
        starts_at=said.get("begins"),
        school=school,
        key=said["key"],
        by=by,
    )
