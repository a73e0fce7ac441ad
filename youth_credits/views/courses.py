"""Credit courses: the list, a base's application, the decision; outings from both sides."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit
from portal.accounts import may
from portal.calendar import local_today
from portal.errors import Refused
from portal.keyset import page_by_key
from portal.organizations import Organization
from portal.roles import Perm
from portal.scope import scope_of
from youth_credits import actions, queries
from youth_credits.actions import COURSE
from youth_credits.forms.courses import CourseForm, DecisionForm, OutingForm, StopForm
from youth_credits.models import Course, Outing, Student
from youth_credits.views.access import class_asked, class_choices, crumbs, school_page, ticked

OF_BASE = (("工作台", "/desk/"), ("学分课程", "/desk/credits/courses/"))
READERS = (Perm.COURSE_EDIT, Perm.COURSE_REVIEW, Perm.CREDIT_VIEW)


# --- Courses ---------------------------------------------------------------------------------------


def _seen_by(user):
    """What somebody may see: own applications, those to decide on, and for schools what is approved."""
    if _works_on(user):
        return queries.courses_of(user)
    return queries.valid_courses(local_today()) if user.can(Perm.CREDIT_VIEW) else Course.objects.none()


def _works_on(user) -> bool:
    return user.can(Perm.COURSE_EDIT) or user.can(Perm.COURSE_REVIEW)


@require_safe
def course_list(request):
    if not any(request.user.can(perm) for perm in READERS):
        raise PermissionDenied("学分课程的页面供学校、申报单位和认定部门使用。")
    courses = _seen_by(request.user)
    status = request.GET.get("status", "")
    known = status in Course.Status.values and _works_on(request.user)
    page = page_by_key(
        courses.filter(status=status) if known else courses,
        order=("-pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    tabs = [{"label": "全部", "url": "?", "current": not known}] + [
        {"label": label, "url": f"?status={code}", "current": status == code}
        for code, label in Course.Status.choices
    ]
    context = {
        "page": page,
        "tabs": tabs if _works_on(request.user) else [],
        "may_apply": request.user.can(Perm.COURSE_EDIT),
        "crumbs": [("工作台", "/desk/"), ("学分课程", "")],
    }
    return render(request, "youth_credits/course_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def course_new(request):
    return _course_form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def course_edit(request, pk):
    courses = Course.objects.for_user(request.user, Perm.COURSE_EDIT)
    course = get_object_or_404(courses.select_related("organization__region"), pk=pk)
    return _course_form(request, course)


def _course_form(request, course: Course | None) -> HttpResponse:
    organizations = request.user.organizations_for(Perm.COURSE_EDIT)
    if not request.user.can(Perm.COURSE_EDIT):
        raise PermissionDenied("学分课程由单位联络员申报。")
    initial = {} if course else {"organization": organizations.order_by("name", "pk").first()}
    form = CourseForm(request.POST or None, instance=course, organizations=organizations, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            kept = actions.save_course(form.save(commit=False), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已保存。核对无误后请提交认定。")
            return redirect(kept)
    context = {
        "form": form,
        "course": course,
        "crumbs": [
            ("工作台", "/desk/"),
            ("学分课程", reverse("youth_credits:course_list")),
            ("修改" if course else "申报课程", ""),
        ],
    }
    return render(request, "youth_credits/course_form.html", context, status=422 if form.is_bound else 200)


@require_safe
def course_detail(request, pk):
    return _course_page(request, _course(request, pk))


def _course(request, pk) -> Course:
    seen = (
        _seen_by(request.user) if any(request.user.can(perm) for perm in READERS) else Course.objects.none()
    )
    return get_object_or_404(seen, pk=pk)


def _course_page(request, course: Course, *, status: int = 200, form=None) -> HttpResponse:
    steps = {name: step.label for name, step in COURSE.open_to(request.user, course)}
    decisions = [(name, label) for name, label in steps.items() if name != "submit"]
    context = {
        "course": course,
        "title_held": queries.title_in_force(course.organization, local_today()),
        "may_edit": may(request.user, Perm.COURSE_EDIT, course) and course.status in ("draft", "returned"),
        "may_submit": "submit" in steps,
        "form": form or (DecisionForm(steps=decisions) if decisions else None),
        "timeline": COURSE.timeline(course) if _works_on(request.user) else [],
        "crumbs": [
            ("工作台", "/desk/"),
            ("学分课程", reverse("youth_credits:course_list")),
            (course.title, ""),
        ],
    }
    return render(request, "youth_credits/course_detail.html", context, status=status)


@require_POST
def course_submit(request, pk):
    courses = Course.objects.for_user(request.user, Perm.COURSE_EDIT)
    course = get_object_or_404(courses.select_related("organization__region", "region"), pk=pk)
    actions.submit_course(course, by=request.user)
    messages.success(request, "已提交认定。")
    return redirect(course)


@require_POST
def course_decide(request, pk):
    courses = Course.objects.for_user(request.user, Perm.COURSE_REVIEW).exclude(status=Course.Status.DRAFT)
    course = get_object_or_404(courses.select_related("organization__region", "region"), pk=pk)
    steps = [(name, step.label) for name, step in COURSE.open_to(request.user, course) if name != "submit"]
    form = DecisionForm(request.POST, steps=steps)
    if not form.is_valid():
        return _course_page(request, course, status=422, form=form)
    said = form.cleaned_data
    actions.decide_course(course, said["step"], note=said["note"], until=said.get("until"), by=request.user)
    messages.success(request, f"课程{course.get_status_display()}，已告知申报单位。")
    return redirect(course)


@require_http_methods(["GET", "HEAD", "POST"])
def courses_stop(request, pk):
    """Courses of a base where fraud was upheld: which of them are stopped, and why."""
    reviewed = Course.objects.for_user(request.user, Perm.COURSE_REVIEW)
    bodies = Organization.objects.filter(pk__in=reviewed.values("organization")).select_related("region")
    base = get_object_or_404(bodies, pk=pk)
    courses = reviewed.filter(pk__in=queries.courses_to_stop(base)).order_by("title", "pk")
    form = StopForm(request.POST if request.method == "POST" else None, courses=courses)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        count = actions.stop_courses(base, list(said["courses"]), note=said["note"], by=request.user)
        messages.success(request, f"已停 {count} 门课程，已告知申报单位。")
        return redirect("youth_credits:courses_stop", pk=base.pk)
    context = {
        "base": base,
        "upheld": list(queries.upheld_at(base)[:20]),
        "form": form if courses else None,
        "crumbs": [
            ("工作台", "/desk/"),
            ("学分课程", reverse("youth_credits:course_list")),
            (base.name, ""),
        ],
    }
    return render(request, "youth_credits/courses_stop.html", context, status=422 if form.is_bound else 200)


# --- Outings ---------------------------------------------------------------------------------------


@require_safe
def outing_list(request):
    """Of a school its own, of a base those to it."""
    rows = _outings(request.user)
    page = page_by_key(
        rows, order=("-pk",), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {
        "page": page,
        "is_school": _is_school(request.user),
        "may_plan": request.user.can(Perm.CREDIT_RECORD),
        "crumbs": crumbs(("课程外出", "")) if _is_school(request.user) else [*OF_BASE, ("来访名单", "")],
    }
    return render(request, "youth_credits/outing_list.html", context)


def _is_school(user) -> bool:
    return scope_of(user).startswith("school:")


def _outings(user):
    if _is_school(user):
        return queries.outings_of_school(Organization(pk=int(scope_of(user).partition(":")[2])))
    if user.can(Perm.COURSE_EDIT):
        return queries.outings_of_base(user)
    raise PermissionDenied("课程外出的页面供学校和课程基地使用。")


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def outing_new(request, school):
    """A class, a course, a time; everybody ticked, untick who stays."""
    chosen = class_asked(request)
    students = []
    if chosen:
        students = list(
            Student.objects.active()
            .filter(school=school, grade=chosen[0], class_number=chosen[1])
            .select_related("school__region")
            .order_by("pk")
        )
    if students:
        actions.open_class(school, chosen, by=request.user)
    courses = queries.valid_courses(local_today()).order_by("title", "pk")
    if chosen:
        courses = courses.filter(grade_from__lte=chosen[0], grade_to__gte=chosen[0])
    form = OutingForm(request.POST or None, courses=courses, initial={"on": local_today()})
    going = set(request.POST.getlist("present")) if form.is_bound else None
    if form.is_bound and form.is_valid():
        try:
            outing = actions.plan_outing(
                form.cleaned_data["course"],
                [one for one in students if str(one.uuid) in going],
                starts_at=form.starts_at,
                school=school,
                key=form.cleaned_data["key"],
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记 {outing.heads} 人外出，并通知基地。")
            return redirect(outing)
    context = {
        "form": form,
        "classes": class_choices(school, chosen),
        "chosen": chosen,
        "students": [(one, going is None or str(one.uuid) in going) for one in students],
        "crumbs": crumbs(("课程外出", reverse("youth_credits:outing_list")), ("登记外出", "")),
    }
    return render(request, "youth_credits/outing_form.html", context, status=422 if form.is_bound else 200)


def _outing(request, uuid) -> Outing:
    try:
        rows = _outings(request.user)
    except PermissionDenied:
        raise Http404 from None
    return get_object_or_404(rows, uuid=uuid)


@require_http_methods(["GET", "HEAD", "POST"])
def outing_detail(request, uuid):
    """A school sees who went; a base sees pass numbers and family names, and says once who came."""
    outing = _outing(request, uuid)
    if _is_school(request.user):
        if request.method == "POST":
            raise Http404("到场名单由基地确认。")
        return _outing_of_school(request, outing)
    if request.method == "POST":
        count = actions.confirm_outing(outing, request.POST.getlist("came"), by=request.user)
        messages.success(request, f"已确认到场 {count} 人。")
        return redirect(outing)
    audit.viewed(outing, by=request.user, reason="基地查看到场名单")
    context = {
        "outing": outing,
        "seats": queries.seats_for_base(outing),
        "crumbs": [
            *OF_BASE,
            ("来访名单", reverse("youth_credits:outing_list")),
            (outing.course.title, ""),
        ],
    }
    return render(request, "youth_credits/outing_confirm.html", context)


def _outing_of_school(request, outing: Outing) -> HttpResponse:
    audit.viewed(outing, by=request.user, reason="查看外出名单")
    context = {
        "outing": outing,
        "seats": queries.seats_for_school(outing),
        "may_record": may(request.user, Perm.CREDIT_RECORD, outing),
        "to_record": bool(outing.confirmed_at and outing.came and not outing.batch_id)
        and may(request.user, Perm.CREDIT_RECORD, outing),
        "crumbs": crumbs(("课程外出", reverse("youth_credits:outing_list")), (outing.course.title, "")),
    }
    return render(request, "youth_credits/outing_detail.html", context)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def outing_record(request, school, uuid):
    outing = get_object_or_404(queries.outings_of_school(school), uuid=uuid)
    batch = actions.record_outing(outing, only=ticked(request, "seat"), by=request.user)
    messages.success(request, f"已登记 {batch.rows_new} 名学生的学分，等待审核员审核。")
    return redirect(batch)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def outing_cancel(request, school, uuid):
    outing = get_object_or_404(queries.outings_of_school(school), uuid=uuid)
    actions.cancel_outing(outing, by=request.user)
    messages.success(request, "已取消，并通知基地。")
    return redirect("youth_credits:outing_list")
