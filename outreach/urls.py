from django.urls import path

from outreach.views import bases, cases, decisions, panel, rounds

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
