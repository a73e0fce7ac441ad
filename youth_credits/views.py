"""Pages of schools: roll, import, class grid, verification, transcript. Each under the school's own scope."""

import io
import time
from collections.abc import Callable
from datetime import date
from functools import wraps

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import audit, files
from portal.accounts import may, require
from portal.calendar import local_today, school_year, school_year_label
from portal.documents import pdf
from portal.errors import Refused
from portal.files import KINDS
from portal.jobs import Job
from portal.keyset import page_by_key
from portal.organizations import Organization
from portal.roles import Perm
from portal.scope import scope_of
from portal.sheets import SHEET_LIMITS
from youth_credits import actions, queries, sheets
from youth_credits.actions import BATCH, Occasion
from youth_credits.forms import ConsentForm, FindForm, GridForm, KeepForm, NoteForm, RevealForm, UploadForm
from youth_credits.models import Batch, Grade, Student
from youth_credits.queries import RuleBook
from youth_credits.rules import reached_minimum

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


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [*CRUMBS, *more]


def _student(school: Organization, uuid) -> Student:
    students = Student.objects.filter(school=school).select_related("school__region")
    return get_object_or_404(students, uuid=uuid)


def _batch(school: Organization, uuid) -> Batch:
    batches = queries.batches(school).select_related("organization__region", "region", "created_by")
    return get_object_or_404(batches, uuid=uuid)


def _workbook(target: io.BytesIO, name: str) -> HttpResponse:
    answer = HttpResponse(target.getvalue(), content_type=KINDS["xlsx"].content_type)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer


# --- Start ----------------------------------------------------------------------------------------


@require_safe
@school_page(Perm.CREDIT_VIEW)
def start(request, school):
    year = school_year(local_today())
    grades = queries.totals_by_grade(school, year)
    for row in grades:
        row["label"] = Grade(row["grade"]).label
    return render(
        request,
        "youth_credits/start.html",
        {
            "school": school,
            "year": school_year_label(year),
            "grades": grades,
            "heads": sum(row["heads"] for row in grades),
            "reached": sum(row["reached"] for row in grades),
            "hours": sum(row["minutes"] or 0 for row in grades) // 60,
            "batches": list(queries.batches(school).order_by("-pk")[:5]),
            "to_verify": queries.to_verify(school).count(),
            "may_record": may(request.user, Perm.CREDIT_RECORD, school),
            "may_verify": may(request.user, Perm.CREDIT_VERIFY, school),
            "crumbs": [("工作台", "/desk/"), ("青少年科普学分", "")],
        },
    )


# --- Students -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_VIEW)
def student_list(request, school):
    """The roll by class. A search is posted: what stands in an address stays in logs and history."""
    if request.method == "POST":
        return _found(request, school)
    students = Student.objects.active().filter(school=school)
    chosen = _class_asked(request)
    if chosen:
        students = students.filter(grade=chosen[0], class_number=chosen[1])
    page = page_by_key(
        students.only(*SHOWN_OF_STUDENT),
        order=("grade", "class_number", "pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return _list_page(request, school, rows=page, page=page, classes=_class_choices(school, chosen))


SHOWN_OF_STUDENT = ("uuid", "grade", "class_number", "number_masked", "name_masked", "is_active")
MOST_FOUND = 50


def _found(request, school: Organization) -> HttpResponse:
    """The one child of that number or name, opened; otherwise the list of those who share the name."""
    form = FindForm(request.POST)
    if not form.is_valid():
        return _list_page(request, school, status=422, form=form)
    students = queries.find_students(form.cleaned_data["sought"]).filter(school=school)
    rows = list(
        students.only(*SHOWN_OF_STUDENT).order_by("-is_active", "grade", "class_number", "pk")[:MOST_FOUND]
    )
    if len(rows) == 1:
        return redirect(rows[0])
    return _list_page(request, school, rows=rows, form=form)


def _list_page(request, school: Organization, *, status: int = 200, **more) -> HttpResponse:
    form = more.get("form")
    context = {
        "rows": [],
        "form": FindForm(),
        "is_search": form is not None,
        "may_record": may(request.user, Perm.CREDIT_RECORD, school),
        "crumbs": _crumbs(("学生", "")),
    } | more
    context.setdefault("classes", _class_choices(school, None))
    return render(request, "youth_credits/student_list.html", context, status=status)


def _class_asked(request) -> tuple[int, int] | None:
    """The class of `?class=5-3`; None for anything else."""
    grade, _, number = request.GET.get("class", "").partition("-")
    if grade.isdecimal() and number.isdecimal() and int(grade) in Grade.values and 0 < int(number[:3]) < 100:
        return int(grade), int(number)
    return None


def _class_choices(school: Organization, chosen: tuple[int, int] | None) -> list[dict]:
    return [
        {
            "value": f"{row['grade']}-{row['class_number']}",
            "label": f"{Grade(row['grade']).label}{row['class_number']}班（{row['heads']}人）",
            "chosen": chosen == (row["grade"], row["class_number"]),
        }
        for row in queries.classes(school)
    ]


@require_safe
@school_page(Perm.CREDIT_VIEW)
def student_detail(request, school, uuid):
    student = _student(school, uuid)
    actions.open_record(student, by=request.user)
    return _student_page(request, student)


def _student_page(request, student: Student, *, status: int = 200, **more) -> HttpResponse:
    page = page_by_key(
        queries.entries(student),
        order=("-activity__held_on", "-pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    book = RuleBook()
    today = local_today()
    context = {
        "student": student,
        "page": page,
        "years": [_year_shown(year, book) for year in queries.years_of(student)],
        "is_under_14": student.is_under_14(today),
        "has_consent": student.has_consent(today),
        "reveal_form": RevealForm(),
        "consent_form": ConsentForm(initial={"consented_on": today}),
        "may_record": may(request.user, Perm.CREDIT_RECORD, student.school),
        "crumbs": _crumbs(("学生", reverse("youth_credits:student_list")), (student.number_masked, "")),
    }
    return render(request, "youth_credits/student_detail.html", context | more, status=status)


def _year_shown(year: queries.Year, book: RuleBook) -> dict:
    rules = book.set_on(date(year.year + 1, 8, 31))
    reached = rules is not None and reached_minimum(
        year.by_code,
        year.off_campus,
        year=rules.year_minimum,
        away=rules.off_campus_minimum,
        kinds=rules.kinds_minimum,
    )
    kinds = sum(1 for credits in year.by_code.values() if credits > 0)
    return {"year": year, "reached": reached, "kinds": kinds, "hours": year.minutes // 60, "rules": rules}


@require_POST
@school_page(Perm.CREDIT_VIEW)
@second_factor_first
def student_reveal(request, school, uuid):
    """The whole name and number, shown once, in the answer itself."""
    student = _student(school, uuid)
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _student_page(request, student, status=422, reveal_form=form)
    name, number = actions.reveal(student, reason=form.cleaned_data["reason"], by=request.user)
    return _student_page(request, student, whole={"name": name, "number": number})


@require_POST
@school_page(Perm.CREDIT_RECORD)
def student_consent(request, school, uuid):
    student = _student(school, uuid)
    form = ConsentForm(request.POST)
    if not form.is_valid():
        return _student_page(request, student, status=422, consent_form=form)
    actions.give_consent(student, on=form.cleaned_data["consented_on"], by=request.user)
    messages.success(request, "已登记监护人同意。")
    return redirect(student)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def student_withdraw(request, school, uuid):
    student = _student(school, uuid)
    actions.withdraw_consent(student, on=local_today(), by=request.user)
    messages.success(request, "已登记撤回，即时生效。")
    return redirect(student)


@require_POST
@school_page(Perm.CREDIT_VIEW)
@second_factor_first
def transcript(request, school, uuid):
    """Issue the transcript and answer with its PDF: the whole name stands on the paper, and only there."""
    student = _student(school, uuid)
    now = timezone.now()
    paper = actions.issue_transcript(student, by=request.user, at=now)
    rows = queries.transcript_entries(student)
    context = {
        "title": "学生科普学分成绩单",
        "running": "学生科普学分成绩单",
        "paper": paper,
        "student": student,
        "name": student.name,
        "school": school,
        "rows": rows,
        "total": sum(row.credits for row in rows),
        "hours": sum(row.minutes for row in rows) // 60,
        "basis": next(iter(RuleBook().sets)).basis,
    }
    answer = HttpResponse(
        pdf("documents/transcript.html", context, made_at=now), content_type=KINDS["pdf"].content_type
    )
    answer["Content-Disposition"] = content_disposition_header(True, f"{paper.number}.pdf")
    return answer


# --- Sheets ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def credit_upload(request, school):
    return _upload(request, school, Batch.Kind.CREDITS, "youth_credits/credit_upload.html")


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def roll_upload(request, school):
    return _upload(request, school, Batch.Kind.ROLL, "youth_credits/roll_upload.html")


def _upload(request, school: Organization, kind: str, template: str) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        batch = actions.upload(
            form.cleaned_data["file"],
            kind=kind,
            school=school,
            key=form.cleaned_data["key"],
            by=request.user,
        )
        return redirect(batch)
    context = {
        "form": form,
        "key": form["key"].value(),
        "limits": [SHEET_LIMITS.sentence],
        "classes": _class_choices(school, None) if kind == Batch.Kind.CREDITS else [],
        "crumbs": _crumbs(("导入学分" if kind == Batch.Kind.CREDITS else "导入学生名册", "")),
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


@require_safe
@school_page(Perm.CREDIT_RECORD)
def credit_template(request, school):
    """The empty template; with `?class=5-3`, filled with the class: an export of whole numbers, by its own
    way through the second factor.
    """
    chosen = _class_asked(request)
    if chosen:
        return _filled_template(request, school, chosen)
    target = io.BytesIO()
    sheets.credit_template(target)
    return _workbook(target, "学分导入模板.xlsx")


@second_factor_first
def _filled_template(request, school, chosen):
    students = Student.objects.active().filter(school=school, grade=chosen[0], class_number=chosen[1])
    target = io.BytesIO()
    count = sheets.credit_template(target, students.order_by("pk"))
    label = f"{Grade(chosen[0]).label}{chosen[1]}班"
    audit.exported("youth_credits.template", count, by=request.user, note=label)
    return _workbook(target, f"学分导入模板-{label}.xlsx")


@require_safe
@school_page(Perm.CREDIT_RECORD)
def roll_template(request, school):
    target = io.BytesIO()
    sheets.roll_template(target)
    return _workbook(target, "学生名册模板.xlsx")


# --- The class grid -------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@school_page(Perm.CREDIT_RECORD)
def grid(request, school):
    """One activity of one class: everybody ticked, untick the absent, save.

    Whole names, since whoever ticks must tell the children apart; that the class was opened is recorded.
    """
    chosen = _class_asked(request)
    students = []
    if chosen:
        students = list(
            Student.objects.active()
            .filter(school=school, grade=chosen[0], class_number=chosen[1])
            .order_by("pk")
        )
    if students:
        actions.open_class(school, chosen, by=request.user)
    book = RuleBook()
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
        "classes": _class_choices(school, chosen),
        "chosen": chosen,
        "students": [(one, present is None or str(one.uuid) in present) for one in students],
        "crumbs": _crumbs(("班级登记", "")),
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


# --- Batches --------------------------------------------------------------------------------------


@require_safe
@school_page(Perm.CREDIT_VIEW)
def batch_list(request, school):
    batches = queries.batches(school)
    status = request.GET.get("status", "")
    if status in Batch.Status.values:
        batches = batches.filter(status=status)
    page = page_by_key(
        batches, order=("-pk",), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    tabs = [{"label": "全部", "url": "?", "current": status not in Batch.Status.values}] + [
        {"label": Batch.Status(code).label, "url": f"?status={code}", "current": status == code}
        for code in ("checked", "kept", "verified", "returned", "undone")
    ]
    context = {"page": page, "tabs": tabs, "crumbs": _crumbs(("批次", "")), "title": "导入与登记批次"}
    return render(request, "youth_credits/batch_list.html", context)


@require_safe
@school_page(Perm.CREDIT_VERIFY)
def verify(request, school):
    """What waits for the verifier, oldest first."""
    page = page_by_key(
        queries.to_verify(school),
        order=("pk",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {"page": page, "tabs": [], "crumbs": _crumbs(("待审核", "")), "title": "待审核的学分"}
    return render(request, "youth_credits/batch_list.html", context)


@require_safe
@school_page(Perm.CREDIT_VIEW)
def batch_detail(request, school, uuid):
    batch = _batch(school, uuid)
    return _batch_page(request, batch)


def _batch_page(request, batch: Batch, *, status: int = 200, **more) -> HttpResponse:
    has_entries = batch.status in (Batch.Status.KEPT, Batch.Status.VERIFIED) and batch.kind != Batch.Kind.ROLL
    page = None
    if has_entries:
        page = page_by_key(
            queries.batch_entries(batch),
            order=("pk",),
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
            size=50,
        )
    open_steps = {name for name, _ in BATCH.open_to(request.user, batch)}
    faults = sheets.first_faults(batch) if batch.status == Batch.Status.CHECKED else []
    if faults or page:
        audit.viewed(batch, by=request.user, reason="查看批次明细")
    context = {
        "batch": batch,
        "job": _job(batch),
        "page": page,
        "faults": faults,
        "more_faults": max(0, batch.rows_faulty - len({fault.line for fault in faults})),
        "has_file": bool(batch.returned_file_id),
        "open": open_steps,
        "may_verify": "verify" in open_steps and batch.created_by_id != request.user.pk and has_entries,
        "may_return": "give_back" in open_steps and has_entries,
        "steps": _steps(batch),
        "note_form": NoteForm(),
        "timeline": _timeline(batch),
        "crumbs": _crumbs(("批次", reverse("youth_credits:batch_list")), (f"批次 {batch.pk}", "")),
    }
    return render(request, "youth_credits/batch_detail.html", context | more, status=status)


def _job(batch: Batch) -> Job | None:
    if not batch.is_working:
        return None
    kinds = [name for (kind, _), name in actions.JOBS.items() if kind == batch.kind]
    return Job.objects.filter(kind__in=kinds, key__startswith=str(batch.uuid)).order_by("-pk").first()


def _timeline(batch: Batch) -> list[dict]:
    begun = "登记" if batch.kind == Batch.Kind.GRID else "上传"
    entries = [{"label": begun, "state": "done", "at": batch.created_at, "by": batch.created_by.name}]
    steps = audit.AuditEntry.objects.filter(
        subject_type=batch._meta.label, subject_id=str(batch.pk), action__in=BATCH.steps
    )
    for entry in steps.order_by("at", "pk"):
        status = entry.changes["status"][1]
        entries.append(
            {
                "label": Batch.Status(status).label,
                "state": "returned" if status in ("returned", "refused", "undone") else "done",
                "at": entry.at,
                "by": entry.actor_name,
                "note": entry.note,
            }
        )
    return entries


PATHS = {"uploaded": 1, "refused": 1, "checked": 2, "keeping": 3, "kept": 4, "verified": 5}


def _steps(batch: Batch) -> list[dict]:
    """How far a sheet is; a class grid begins where a sheet is kept, a roll is not verified."""
    if batch.kind == Batch.Kind.GRID or batch.status not in PATHS:
        return []
    labels = ["上传", "检查", "确认", "导入"] + ([] if batch.kind == Batch.Kind.ROLL else ["审核"])
    at = PATHS[batch.status]
    return [
        {"label": label, "state": "done" if number < at else "current" if number == at else "todo"}
        for number, label in enumerate(labels)
    ]


@require_POST
@school_page(Perm.CREDIT_RECORD)
@second_factor_first
def batch_keep(request, school, uuid):
    batch = _batch(school, uuid)
    form = KeepForm(request.POST)
    form.is_valid()
    actions.keep(batch, only_good=form.cleaned_data["only_good"], by=request.user)
    return redirect(batch)


@require_POST
@school_page(Perm.CREDIT_RECORD)
def batch_drop(request, school, uuid):
    batch = _batch(school, uuid)
    actions.drop(batch, by=request.user)
    messages.success(request, "已放弃，没有导入任何行。")
    return redirect("youth_credits:start")


@require_POST
@school_page(Perm.CREDIT_RECORD)
def batch_retry(request, school, uuid):
    batch = _batch(school, uuid)
    actions.retry(batch, by=request.user)
    return redirect(batch)


@require_POST
@school_page(Perm.CREDIT_RECORD)
@second_factor_first
def batch_undo(request, school, uuid):
    batch = _batch(school, uuid)
    count = actions.undo(batch, by=request.user)
    messages.success(request, f"已撤销本批次，冲回 {count:,} 条。")
    return redirect(batch)


@require_safe
@school_page(Perm.CREDIT_RECORD)
@second_factor_first
def batch_faults(request, school, uuid):
    """The workbook with its faults, decrypted for its own school only; recorded."""
    batch = _batch(school, uuid)
    if not batch.returned_file_id:
        raise Http404
    answer = files.serve(
        request, batch.returned_file_id, rule=lambda user, file: file.organization_id == school.pk
    )
    audit.exported("youth_credits.faults", batch.rows_faulty, by=request.user, note=str(batch))
    return answer


@require_POST
@school_page(Perm.CREDIT_VERIFY)
@second_factor_first
def batch_verify(request, school, uuid):
    batch = _batch(school, uuid)
    actions.verify(batch, by=request.user)
    messages.success(request, "已审核通过。")
    return redirect("youth_credits:verify")


@require_POST
@school_page(Perm.CREDIT_VERIFY)
@second_factor_first
def batch_return(request, school, uuid):
    batch = _batch(school, uuid)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _batch_page(request, batch, status=422, note_form=form)
    count = actions.give_back(batch, note=form.cleaned_data["note"], by=request.user)
    messages.success(request, f"已退回本批次，冲销 {count:,} 条，已告知录入员。")
    return redirect("youth_credits:verify")


@require_POST
@school_page(Perm.CREDIT_VERIFY)
@second_factor_first
def entries_return(request, school, uuid):
    batch = _batch(school, uuid)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _batch_page(request, batch, status=422, note_form=form)
    chosen = [int(pk) for pk in request.POST.getlist("chosen") if pk.isdecimal() and len(pk) < 19]
    count = actions.return_entries(batch, chosen, note=form.cleaned_data["note"], by=request.user)
    messages.success(request, f"已退回 {count:,} 条，已告知录入员。")
    return redirect(batch)
