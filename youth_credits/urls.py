"""Addresses of the schools' pages, under /desk/credits/, and of the guardians'."""

from django.urls import path

from youth_credits.views import (
    batches,
    consent,
    grid,
    guardians,
    imports,
    slips,
    start,
    students,
    transcripts,
)

app_name = "youth_credits"

urlpatterns = [
    path("", start.start, name="start"),
    path("students/", students.student_list, name="student_list"),
    path("students/<uuid:uuid>/", students.student_detail, name="student_detail"),
    path("students/<uuid:uuid>/whole/", students.student_reveal, name="student_reveal"),
    path("students/<uuid:uuid>/consent/", consent.student_consent, name="student_consent"),
    path("students/<uuid:uuid>/consent/withdraw/", consent.student_withdraw, name="student_withdraw"),
    path("students/<uuid:uuid>/transcript/", transcripts.transcript, name="transcript"),
    path("students/<uuid:uuid>/guardians/<int:bond>/unbind/", slips.unbind, name="unbind"),
    path("guardians/", slips.slips, name="slips"),
    path("import/", imports.credit_upload, name="credit_upload"),
    path("import/template/", imports.credit_template, name="credit_template"),
    path("roll/", imports.roll_upload, name="roll_upload"),
    path("roll/template/", imports.roll_template, name="roll_template"),
    path("grid/", grid.grid, name="grid"),
    path("batches/", batches.batch_list, name="batch_list"),
    path("batches/<uuid:uuid>/", batches.batch_detail, name="batch_detail"),
    path("batches/<uuid:uuid>/keep/", batches.batch_keep, name="batch_keep"),
    path("batches/<uuid:uuid>/drop/", batches.batch_drop, name="batch_drop"),
    path("batches/<uuid:uuid>/retry/", batches.batch_retry, name="batch_retry"),
    path("batches/<uuid:uuid>/undo/", batches.batch_undo, name="batch_undo"),
    path("batches/<uuid:uuid>/faults/", batches.batch_faults, name="batch_faults"),
    path("batches/<uuid:uuid>/verify/", batches.batch_verify, name="batch_verify"),
    path("batches/<uuid:uuid>/return/", batches.batch_return, name="batch_return"),
    path("batches/<uuid:uuid>/return-entries/", batches.entries_return, name="entries_return"),
    path("verify/", batches.verify, name="verify"),
]

# Under /desk/guardian/: the guardian's own pages.
guardian = [
    path("", guardians.children, name="children"),
    path("add/", guardians.add_child, name="add_child"),
    path("<uuid:uuid>/", guardians.child, name="child"),
    path("<uuid:uuid>/consent/", guardians.consent, name="consent"),
    path("<uuid:uuid>/consent/withdraw/", guardians.withdraw, name="withdraw"),
]
# Under /guardian/: for whoever holds a slip and has no account yet.
guardian_public = [path("open/", guardians.open_account, name="open")]
