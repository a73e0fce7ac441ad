"""Addresses of the schools' pages, under /desk/credits/, and of the guardians'."""

from django.urls import path

from youth_credits.views import (
    appeals,
    batches,
    consent,
    grid,
    guardian_appeals,
    guardians,
    imports,
    oversight,
    papers,
    promising,
    protection,
    rights,
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
    path("students/<uuid:uuid>/appeal/", appeals.appeal_paper, name="appeal_paper"),
    path("publications/", appeals.publications, name="publications"),
    path("publications/<uuid:uuid>/", appeals.publication, name="publication"),
    path("publications/<uuid:uuid>/reopen/", appeals.publication_reopen, name="publication_reopen"),
    path("appeals/", appeals.appeals, name="appeals"),
    path("appeals/<uuid:uuid>/", appeals.appeal, name="appeal"),
    path("appeals/<uuid:uuid>/answer/", appeals.appeal_answer, name="appeal_answer"),
    path("appeals/<uuid:uuid>/escalate/", appeals.appeal_escalate, name="appeal_escalate"),
    path("students/<uuid:uuid>/nominate/", promising.nominate, name="nominate"),
    path("nominations/", promising.nominations, name="nominations"),
    path("nominations/<uuid:uuid>/", promising.nomination, name="nomination"),
    path("nominations/<uuid:uuid>/<slug:step>/", promising.nomination_step, name="nomination_step"),
    path("transcripts/", transcripts.class_transcripts, name="class_transcripts"),
    path("rights/", rights.requests, name="rights_requests"),
    path("rights/<uuid:uuid>/", rights.rights_request, name="rights_request"),
    path("rights/<uuid:uuid>/answer/", rights.rights_answer, name="rights_answer"),
    path("rights/<uuid:uuid>/copy/", rights.rights_copy, name="rights_copy"),
    path("rights/<uuid:uuid>/letter/", rights.rights_letter, name="rights_letter"),
    path("students/<uuid:uuid>/rights/", rights.rights_paper, name="rights_paper"),
    path("protection/", rights.protection_report, name="protection_report"),
    path("views/", appeals.views, name="views"),
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
    path("<uuid:uuid>/appeal/", guardian_appeals.new, name="appeal_new"),
    path("appeals/<uuid:uuid>/", guardian_appeals.appeal, name="appeal"),
    path("appeals/<uuid:uuid>/escalate/", guardian_appeals.escalate, name="appeal_escalate"),
    path("appeals/<uuid:uuid>/withdraw/", guardian_appeals.withdraw, name="appeal_withdraw"),
    path("nominations/<uuid:uuid>/", promising.guardian_nomination, name="nomination"),
    path("nominations/<uuid:uuid>/agree/", promising.guardian_agree, name="nomination_agree"),
    path("nominations/<uuid:uuid>/decline/", promising.guardian_decline, name="nomination_decline"),
    path("<uuid:uuid>/transcript/", papers.transcript, name="transcript"),
    path("<uuid:uuid>/credentials/", papers.credential_new, name="credential_new"),
    path("<uuid:uuid>/credentials/<uuid:credential>/", papers.credential, name="credential"),
    path("<uuid:uuid>/rights/", papers.right_new, name="right_new"),
    path("rights/<uuid:uuid>/", papers.right, name="right"),
    path("rights/<uuid:uuid>/copy/", papers.right_copy, name="right_copy"),
    path("rights/<uuid:uuid>/withdraw/", papers.right_withdraw, name="right_withdraw"),
    path("<uuid:uuid>/consent/", guardians.consent, name="consent"),
    path("<uuid:uuid>/consent/withdraw/", guardians.withdraw, name="withdraw"),
]
# Under /guardian/: for whoever holds a slip and has no account yet.
guardian_public = [path("open/", guardians.open_account, name="open")]

# Under /desk/oversight/: offices that oversee schools.
oversight_desk = [
    path("", oversight.start, name="start"),
    path("cases/new/", oversight.case_new, name="case_new"),
    path("cases/<uuid:uuid>/", oversight.case, name="case"),
    path("cases/<uuid:uuid>/approve/", oversight.case_approve, name="case_approve"),
    path("cases/<uuid:uuid>/refuse/", oversight.case_refuse, name="case_refuse"),
    path("cases/<uuid:uuid>/end/", oversight.case_end, name="case_end"),
    path("cases/<uuid:uuid>/record/", oversight.record, name="record"),
    path("appeals/<uuid:uuid>/", oversight.appeal, name="appeal"),
    path("appeals/<uuid:uuid>/decide/", oversight.appeal_decide, name="appeal_decide"),
    path("appeals/<uuid:uuid>/case/", oversight.appeal_case, name="appeal_case"),
    path("checks/new/", oversight.check_new, name="check_new"),
    path("checks/<uuid:uuid>/", oversight.check, name="check"),
    path("checks/<uuid:uuid>/approve/", oversight.check_approve, name="check_approve"),
    path("checks/<uuid:uuid>/finish/", oversight.check_finish, name="check_finish"),
    path("checks/<uuid:uuid>/entries/<uuid:drawn>/", oversight.drawn, name="drawn"),
    path("checks/<uuid:uuid>/entries/<uuid:drawn>/open/", oversight.drawn_open, name="drawn_open"),
]

# Under /desk/protection/: the city's page on minors' data.
protection_desk = [
    path("", protection.start, name="start"),
    path("plans/<int:pk>/stop/", protection.plan_stop, name="plan_stop"),
    path("incidents/new/", protection.incident_new, name="incident_new"),
]
