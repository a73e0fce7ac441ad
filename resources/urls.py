from django.urls import path

from resources.views import (
    assets,
    bookings,
    contracts,
    coverage,
    directory,
    life,
    likeness,
    menu,
    needs,
    open_data,
    registry,
    routes,
    subscriptions,
    work_applications,
    work_calls,
    work_reviews,
    works,
)
from resources.views import desk as desk_views
from resources.views.census import rounds, sheets, workbook

app_name = "resources"
urlpatterns = [
    path("", menu.menu, name="menu"),
    path("coverage/", coverage.coverage, name="coverage"),
    path("feed.atom", subscriptions.feed, name="feed"),
    path("subscribe/", subscriptions.subscribe, name="subscribe"),
    path("s/<str:token>/", subscriptions.subscription, name="subscription"),
    path("s/<str:token>/leave/", subscriptions.subscription_leave, name="subscription_leave"),
    path("suggested/", subscriptions.suggested, name="suggested"),
    path("mine/", subscriptions.mine, name="mine"),
    path("confirm/<str:token>/", life.confirm, name="confirm"),
]

desk = [
    path("", registry.resource_list, name="list"),
    path("new/", registry.resource_new, name="new"),
    path("organizations/", registry.organization_options, name="organizations"),
    path("likely/", registry.likely, name="likely"),
    path("filters/", desk_views.filter_save, name="filter_save"),
    path("filters/<int:pk>/drop/", desk_views.filter_drop, name="filter_drop"),
    path("assets/", assets.asset_list, name="assets"),
    path("assets/new/", assets.asset_new, name="asset_new"),
    path("assets/<int:pk>/", assets.asset_detail, name="asset"),
    path("assets/<int:pk>/edit/", assets.asset_edit, name="asset_edit"),
    path("assets/<int:pk>/conversions/", assets.conversion_add, name="conversion_add"),
    path(
        "assets/<int:pk>/conversions/<int:conversion>/remove/",
        assets.conversion_remove,
        name="conversion_remove",
    ),
    path("assets/<int:pk>/<slug:step>/", assets.asset_step, name="asset_step"),
    path("bulk/", desk_views.bulk, name="bulk"),
    path("duplicates/", likeness.pair_list, name="pairs"),
    path("duplicates/<int:pk>/dismiss/", likeness.pair_dismiss, name="pair_dismiss"),
    path("<int:pk>/merge/<int:other>/", likeness.merge, name="merge"),
    path("<int:pk>/restore-value/", desk_views.value_restore, name="value_restore"),
    path("<int:pk>/", registry.resource_detail, name="detail"),
    path("<int:pk>/preview/", registry.resource_preview, name="preview"),
    path("<int:pk>/edit/", registry.resource_edit, name="edit"),
    path("<int:pk>/pictures/", registry.picture_add, name="picture_add"),
    path("<int:pk>/pictures/<int:picture>/remove/", registry.picture_remove, name="picture_remove"),
    path("<int:pk>/links/", registry.link_add, name="link_add"),
    path("<int:pk>/links/<int:link>/remove/", registry.link_remove, name="link_remove"),
    path("<int:pk>/confirm/", life.confirm_at_desk, name="confirm"),
    path("<int:pk>/<slug:step>/", registry.resource_step, name="step"),
]

census_desk = [
    path("", rounds.round_list, name="list"),
    path("new/", rounds.round_new, name="new"),
    path("<int:pk>/", rounds.round_detail, name="round"),
    path("<int:pk>/edit/", rounds.round_edit, name="edit"),
    path("<int:pk>/close/", rounds.round_close, name="close"),
    path("<int:pk>/again/", rounds.directory_again, name="again"),
    path("<int:pk>/join/", rounds.join, name="join"),
    path("<int:pk>/units/", rounds.unit_list, name="units"),
    path("<int:pk>/accept/", rounds.accept_all, name="accept_all"),
    path("<int:pk>/remind/", rounds.remind, name="remind"),
    path("<int:pk>/workbook/", workbook.round_workbook, name="workbook"),
    path("<int:pk>/upload/", workbook.upload, name="upload"),
    path("<int:pk>/upload/keep/", workbook.upload_keep, name="upload_keep"),
    path("<int:pk>/upload/faults/", workbook.upload_faults, name="upload_faults"),
    path("<int:pk>/step/<slug:step>/", rounds.round_step, name="round_step"),
    path("units/<int:pk>/", sheets.unit_detail, name="unit"),
    path("units/<int:pk>/add/", sheets.row_new, name="add"),
    path("units/<int:pk>/workbook/", workbook.unit_workbook, name="unit_workbook"),
    path("units/<int:pk>/<slug:step>/", sheets.unit_step, name="unit_step"),
    path("rows/<int:pk>/", sheets.row_edit, name="row"),
    path("rows/<int:pk>/drop/", sheets.row_drop, name="drop"),
]

directory_public = [
    path("", directory.latest, name="latest"),
    path("<int:pk>/", directory.of_round, name="round"),
    path("<int:pk>/changes/", directory.changes, name="changes"),
    path("<int:pk>/files/<slug:what>/", directory.file, name="file"),
]

open_data_files = [
    path("catalog.jsonld", open_data.catalogue, name="catalogue"),
    path("resources.<slug:kind>", open_data.directory, name="directory"),
]

routes_public = [
    path("", routes.route_list, name="list"),
    path("propose/", routes.route_propose, name="propose"),
    path("<slug:code>/", routes.route_detail, name="detail"),
    path("<slug:code>/guide.pdf", routes.route_pdf, name="pdf"),
]

routes_desk = [
    path("", routes.desk_list, name="list"),
    path("new/", routes.desk_form, name="new"),
    path("<int:pk>/", routes.desk_detail, name="detail"),
    path("<int:pk>/edit/", routes.desk_form, name="edit"),
    path("<int:pk>/<slug:step>/", routes.desk_step, name="step"),
]

needs_public = [
    path("", needs.board, name="board"),
    path("new/", needs.new, name="new"),
    path("counted/", needs.counted, name="counted"),
    path("mine/", needs.mine, name="mine"),
    path("basket/", needs.basket, name="basket"),
    path("basket/add/", needs.basket_add, name="basket_add"),
    path("basket/drop/", needs.basket_drop, name="basket_drop"),
    path("feed/<str:token>.ics", needs.feed, name="feed"),
    path("n/<str:token>/", needs.follow, name="follow"),
    path("n/<str:token>/change/", needs.change, name="change"),
    path("n/<str:token>/withdraw/", needs.withdraw, name="withdraw"),
    path("n/<str:token>/book/<slug:code>/", needs.book, name="book"),
    path("n/<str:token>/<int:pk>.ics", needs.booking_calendar, name="calendar"),
    path("n/<str:token>/<int:pk>/rate/", needs.rate, name="rate"),
    path("n/<str:token>/<int:pk>/<slug:step>/", needs.booking_step, name="booking_step"),
]

needs_desk = [
    path("", bookings.need_list, name="list"),
    path("<int:pk>/", bookings.need_detail, name="detail"),
    path("<int:pk>/assign/", bookings.need_assign, name="assign"),
    path("<int:pk>/<slug:step>/", bookings.need_step, name="step"),
]

bookings_desk = [
    path("", bookings.booking_list, name="list"),
    path("wanted/", bookings.wanted_list, name="wanted"),
    path("wanted/<int:pk>/", bookings.offer, name="offer"),
    path("of/<int:pk>/", bookings.terms, name="terms"),
    path("<int:pk>/", bookings.booking_detail, name="detail"),
    path("<int:pk>/propose/", bookings.booking_propose, name="propose"),
    path("<int:pk>/reassign/", bookings.booking_reassign, name="reassign"),
    path("<int:pk>/report/", bookings.booking_report, name="report"),
    path("<int:pk>/proofs/", bookings.booking_prove, name="prove"),
    path("<int:pk>/<slug:step>/", bookings.booking_step, name="step"),
]

works_public = [
    path("", works.call_list, name="list"),
    path("supported/", works.supported_list, name="supported"),
    path("<slug:code>/", works.call_page, name="call"),
]

works_desk = [
    path("", works.work_list, name="list"),
    path("export/", works.work_export, name="export"),
    path("calls/", work_calls.desk_calls, name="calls"),
    path("calls/new/", work_calls.call_form, name="call_new"),
    path("calls/<int:pk>/", work_calls.call_detail, name="call"),
    path("calls/<int:pk>/edit/", work_calls.call_form, name="call_edit"),
    path("calls/<int:pk>/<slug:step>/", work_calls.call_step, name="call_step"),
    path("apply/<slug:code>/", work_applications.apply, name="apply"),
    path("milestones/", contracts.milestone_list, name="milestones"),
    path("milestones/<int:pk>/deliver/", contracts.milestone_deliver, name="milestone_deliver"),
    path("milestones/<int:pk>/approve/", contracts.milestone_approve, name="milestone_approve"),
    path("milestones/<int:pk>/return/", contracts.milestone_return, name="milestone_return"),
    path("milestones/<int:pk>/pay/", contracts.milestone_pay, name="milestone_pay"),
    path("reviews/<int:pk>/replace/", work_reviews.replace, name="review_replace"),
    path("<int:pk>/", work_applications.application_detail, name="application"),
    path("<int:pk>/edit/", work_applications.application_edit, name="edit"),
    path("<int:pk>/files/", work_applications.file_add, name="file_add"),
    path("<int:pk>/files/<int:file>/remove/", work_applications.file_remove, name="file_remove"),
    path("<int:pk>/reviewers/", work_reviews.assign, name="assign"),
    path("<int:pk>/support/", work_reviews.support, name="support"),
    path("<int:pk>/decline/", work_reviews.decline, name="decline"),
    path("<int:pk>/contract/", contracts.contract_detail, name="contract"),
    path("<int:pk>/contract/new/", contracts.sign, name="sign"),
    path("<int:pk>/contract/amend/", contracts.amend, name="amend"),
    path("<int:pk>/contract/summary.pdf", contracts.contract_pdf, name="contract_pdf"),
    path("<int:pk>/contract/accept/", contracts.contract_accept, name="accept"),
    path("<int:pk>/contract/return/", contracts.contract_return, name="return_work"),
    path("<int:pk>/contract/terminate/", contracts.contract_terminate, name="terminate"),
    path("<int:pk>/contract/resource/", contracts.contract_resource, name="make_resource"),
    path("<int:pk>/contract/attention/", contracts.attention_add, name="attention_add"),
    path("<int:pk>/<slug:step>/", work_applications.application_step, name="step"),
]

work_reviews_desk = [
    path("", work_reviews.review_list, name="list"),
    path("interests/", work_reviews.interests, name="interests"),
    path("<int:pk>/", work_reviews.review, name="review"),
    path("<int:pk>/recuse/", work_reviews.recuse, name="recuse"),
    path("<int:pk>/files/<int:number>/", work_reviews.review_file, name="file"),
]
