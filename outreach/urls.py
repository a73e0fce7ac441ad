from django.urls import path

from outreach.views import (
    assessments,
    bases,
    cases,
    decisions,
    funds,
    panel,
    plan,
    rounds,
    supervision,
    tasks,
)

bases_public = [
    path("", bases.base_list, name="list"),
    path("rounds/<int:pk>/", rounds.round_public, name="round"),
    path("cases/<int:pk>/objections/", decisions.object_to, name="object"),
]

titles_desk = [
    path("", rounds.round_list, name="list"),
    path("new/", rounds.round_form, name="round_new"),
    path("<int:pk>/", rounds.round_detail, name="round"),
    path("<int:pk>/edit/", rounds.round_form, name="round_edit"),
    path("<int:pk>/apply/", rounds.apply, name="apply"),
    path("<int:pk>/summary.pdf", rounds.summary_pdf, name="summary"),
    path("<int:pk>/step/<slug:step>/", rounds.round_step, name="round_step"),
    path("<int:pk>/decision/", decisions.decision_sheet, name="decision"),
    path("<int:pk>/decision.pdf", decisions.decision_pdf, name="decision_pdf"),
    path("<int:pk>/decision/<slug:step>/", decisions.decision_step, name="decision_step"),
    path("reviews/", panel.review_list, name="reviews"),
    path("reviews/<int:pk>/", panel.review_detail, name="review"),
    path("reviews/<int:pk>/files/<slug:key>/", panel.review_file, name="review_file"),
    path("reviews/<int:pk>/recuse/", panel.review_recuse, name="recuse"),
    path("objections/", decisions.objection_list, name="objections"),
    path("objections/<int:pk>/", decisions.objection_detail, name="objection"),
    path("assessments/", assessments.assessment_list, name="assessments"),
    path("assessments/open/", assessments.year_open, name="year_open"),
    path("assessments/pass/", assessments.pass_all, name="pass_all"),
    path("assessments/<int:pk>/", assessments.assessment_detail, name="assessment"),
    path("assessments/<int:pk>/decide/", assessments.assessment_decide, name="assessment_decide"),
    path("assessments/<int:pk>/rectify/", assessments.assessment_rectify, name="assessment_rectify"),
    path("funding/", assessments.funding, name="funding"),
    path("titles/", assessments.held_list, name="held_list"),
    path("titles/<int:pk>/", assessments.held_detail, name="held"),
    path("titles/<int:pk>/transfer/", assessments.held_transfer, name="transfer"),
    path("titles/<int:pk>/revoke/", assessments.held_revoke, name="revoke"),
    path("titles/<int:pk>/repay/<int:owed>/", assessments.held_repay, name="repay"),
    path("titles/<int:pk>/<slug:kind>.pdf", decisions.certificate, name="certificate"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/<int:pk>/", cases.case_detail, name="case"),
    path("cases/<int:pk>/edit/", cases.case_edit, name="case_edit"),
    path("cases/<int:pk>/check/", cases.case_check, name="case_check"),
    path("cases/<int:pk>/files/", cases.file_add, name="file_add"),
    path("cases/<int:pk>/files/<int:file>/remove/", cases.file_remove, name="file_remove"),
    path("cases/<int:pk>/application.pdf", cases.receipt, name="receipt"),
    path("cases/<int:pk>/panel/", decisions.case_panel, name="panel"),
    path("cases/<int:pk>/visit/", decisions.visit, name="visit"),
    path("cases/<int:pk>/visit/photos/", decisions.photo_add, name="photo_add"),
    path("cases/<int:pk>/formal/", cases.formal, name="formal"),
    path("cases/<int:pk>/step/<slug:step>/", cases.case_step, name="case_step"),
]

supervision_desk = [
    path("", supervision.inspection_list, name="list"),
    path("plans/", supervision.plan_list, name="plans"),
    path("plans/new/", supervision.plan_new, name="plan_new"),
    path("plans/<int:pk>/", supervision.plan_detail, name="plan"),
    path("plans/<int:pk>/<slug:step>/", supervision.plan_step, name="plan_step"),
    path("inspections/<int:pk>/", supervision.inspection_detail, name="inspection"),
    path("inspections/<int:pk>/mend/", supervision.mend, name="mend"),
    path("inspections/<int:pk>/recheck/", supervision.recheck, name="recheck"),
    path("self-checks/", supervision.self_checks, name="self_checks"),
    path("questions/", supervision.question_list, name="questions"),
    path("questions/<int:pk>/", supervision.question_detail, name="question"),
]

guidance_public = [
    path("", supervision.guidance_list, name="list"),
    path("<int:pk>/", supervision.guidance_page, name="page"),
]

plan_public = [
    path("", plan.plan_page, name="page"),
    path("<slug:code>/", plan.plan_page, name="page_of"),
]

plan_desk = [
    path("", plan.board, name="board"),
    path("overview/", plan.overview, name="overview"),
    path("tasks/", tasks.task_list, name="tasks"),
    path("tasks/new/", tasks.task_new, name="task_new"),
    path("tasks/<int:pk>/", tasks.task_detail, name="task"),
    path("tasks/<int:pk>/parts/new/", tasks.task_new, name="task_divide"),
    path("tasks/<int:pk>/report/", tasks.task_report, name="task_report"),
    path("tasks/<int:pk>/<slug:step>/", tasks.task_step, name="task_step"),
    path("plans/<int:pk>/", plan.plan_detail, name="plan"),
    path("plans/<int:pk>/next/", plan.successor, name="successor"),
    path("plans/<int:pk>/adopt/", plan.adopt, name="adopt"),
    path("plans/<int:pk>/sections/new/", plan.section_form, name="section_new"),
    path("plans/<int:pk>/sections/<int:part>/", plan.section_form, name="section"),
    path("plans/<int:pk>/measures/new/", plan.measure_form, name="measure_new"),
    path("plans/<int:pk>/measures/<int:part>/", plan.measure_form, name="measure"),
    path("plans/<int:pk>/measures/<int:part>/remove/", plan.measure_remove, name="measure_remove"),
    path("plans/<int:pk>/targets/new/", plan.target_form, name="target_new"),
    path("plans/<int:pk>/targets/<int:part>/", plan.target_form, name="target"),
    path("plans/<int:pk>/targets/<int:part>/path/", plan.target_path, name="target_path"),
]

funds_public = [path("", funds.gifts, name="gifts")]

funds_desk = [
    path("", funds.line_list, name="lines"),
    path("lines/new/", funds.line_form, name="line_new"),
    path("lines/<int:pk>/", funds.line_detail, name="line"),
    path("lines/<int:pk>/edit/", funds.line_form, name="line_edit"),
    path("lines/<int:pk>/targets/", funds.target_add, name="target_add"),
    path("lines/<int:pk>/evaluation/", funds.evaluate, name="evaluate"),
    path("lines/<int:pk>/entries/<int:entry>/cancel/", funds.entry_cancel, name="entry_cancel"),
    path("lines/<int:pk>/<slug:kind>/", funds.entry_add, name="entry_add"),
    path("research/", funds.beside_research, name="research"),
    path("donations/", funds.donation_list, name="donations"),
    path("donations/new/", funds.donation_new, name="donation_new"),
    path("donations/<int:pk>/", funds.donation_detail, name="donation"),
    path("donations/<int:pk>/use/", funds.donation_use, name="donation_use"),
    path("donations/<int:pk>/receipt/", funds.receipt_issue, name="receipt_issue"),
    path("donations/<int:pk>/receipt.pdf", funds.receipt, name="receipt"),
]
