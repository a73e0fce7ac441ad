from django.urls import path

from outreach.views import assessments, bases, cases, decisions, library, panel, rounds, supervision
from outreach.views import library_desk as desk

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
    path("assessments/deal/", assessments.deal, name="deal"),
    path("checks/", assessments.check_list, name="checks"),
    path("checks/<int:pk>/", assessments.check_detail, name="check"),
    path("checks/<int:pk>/give-back/", assessments.check_give_back, name="check_give_back"),
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
    path("plans/new/", supervision.plan_form, name="plan_new"),
    path("plans/<int:pk>/", supervision.plan_detail, name="plan"),
    path("plans/<int:pk>/edit/", supervision.plan_form, name="plan_edit"),
    path("plans/<int:pk>/<slug:step>/", supervision.plan_step, name="plan_step"),
    path("inspections/<int:pk>/", supervision.inspection_detail, name="inspection"),
    path("inspections/<int:pk>/mend/", supervision.mend, name="mend"),
    path("inspections/<int:pk>/recheck/", supervision.recheck, name="recheck"),
    path("checklists/", supervision.checklist_list, name="checklists"),
    path("checklists/new/", supervision.checklist_new, name="checklist_new"),
    path("checklists/<int:pk>/", supervision.checklist_detail, name="checklist"),
    path("self-checks/", supervision.self_checks, name="self_checks"),
    path("self-checks/remind/", supervision.self_check_remind, name="self_check_remind"),
    path("self-checks/<int:pk>/", supervision.self_check_detail, name="self_check"),
    path("self-checks/of/<int:pk>/", supervision.self_check_form, name="self_check_form"),
    path("questions/", supervision.question_list, name="questions"),
    path("questions/<int:pk>/", supervision.question_detail, name="question"),
]

guidance_public = [
    path("", supervision.guidance_list, name="list"),
    path("<int:pk>/", supervision.guidance_page, name="page"),
]

library_public = [
    path("", library.library_list, name="list"),
    path("glossary/", library.glossary, name="glossary"),
    path("comments/<uuid:uuid>/", library.comment_page, name="comment"),
    path("<slug:code>/", library.document, name="document"),
    path("<slug:code>/versions/<int:number>/", library.version, name="version"),
    path("<slug:code>/versions/<int:number>/comment/", library.comment_new, name="comment_new"),
    path("<slug:code>/versions/<int:number>/comments/", library.comment_list, name="comments"),
    path("<slug:code>/compare/<int:before>/<int:after>/", library.compared, name="compare"),
]

library_desk = [
    path("", desk.document_list, name="list"),
    path("new/", desk.document_new, name="new"),
    path("propose/", desk.propose, name="propose"),
    path("comments/", desk.comment_list, name="comments"),
    path("comments/<int:pk>/", desk.comment_detail, name="comment"),
    path("terms/", desk.term_list, name="terms"),
    path("terms/new/", desk.term_form, name="term_new"),
    path("terms/<slug:code>/", desk.term_form, name="term"),
    path("documents/<slug:code>/", desk.document_detail, name="document"),
    path("documents/<slug:code>/versions/new/", desk.version_new, name="version_new"),
    path("documents/<slug:code>/versions/<int:number>/", desk.version_detail, name="version"),
    path("documents/<slug:code>/versions/<int:number>/<slug:step>/", desk.version_step, name="version_step"),
]
