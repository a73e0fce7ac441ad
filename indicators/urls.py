from django.urls import path, re_path

from indicators.views import evidence, index, index_desk, reports, returns

app_name = "indicators"
urlpatterns = [
    path("", index.index_page, name="index"),
    path("method/", index.method_page, name="method"),
    path("data.csv", index.data_csv, name="data_csv"),
    path("scores.csv", index.scores_csv, name="scores_csv"),
    path("data.json", index.data_json, name="data_json"),
    path("data.xlsx", evidence.data_xlsx, name="data_xlsx"),
    path("audit/", evidence.audit_page, name="audit"),
    path("revisions/", evidence.revisions_page, name="revisions"),
    path("scenarios/", evidence.scenarios_page, name="scenarios"),
    path("pairs/", evidence.pairs_page, name="pairs"),
    path("editions/", evidence.editions_page, name="editions"),
    path("editions/<str:code>/", evidence.edition_page, name="edition"),
    re_path(r"^(?P<code>\d{12})/change/$", evidence.change_page, name="change"),
    re_path(r"^(?P<code>\d{12})/target/$", evidence.target_page, name="target"),
    re_path(r"^(?P<code>\d{12})/streets/$", evidence.streets_page, name="streets"),
    re_path(r"^(?P<code>\d{12})/$", index.profile_page, name="profile"),
    re_path(r"^(?P<code>\d{12})/(?P<node>[a-z_]{2,30})/$", index.node_page, name="node"),
    re_path(r"^(?P<code>\d{12})/items/(?P<key>K[A-Z]\d{3}(?:\.\d)?)/$", index.item_page, name="item"),
]

desk = [
    path("", returns.return_list, name="list"),
    path("periods/new/", returns.period_new, name="period_new"),
    path("<int:pk>/", returns.return_detail, name="detail"),
    path("<int:pk>/remark/", returns.return_remark, name="remark"),
    path("<int:pk>/steps/<slug:step>/", returns.return_step, name="step"),
    path("<int:pk>/print/", returns.return_print, name="print"),
    path("<int:pk>/sources/<str:key>/", returns.return_source, name="source"),
]

# Annual reports: what everybody may read, and where staff make them.
reports_public = [
    path("", reports.report_list, name="list"),
    path("<int:pk>/file/", reports.report_file, name="file"),
]
reports_desk = [
    path("", reports.desk_list, name="list"),
    path("<int:pk>/", reports.desk_detail, name="detail"),
    path("<int:pk>/file/", reports.desk_file, name="file"),
    path("<int:pk>/publish/", reports.desk_publish, name="publish"),
]

# The index: nights, vintages on their way to the public, editions being drafted.
index_desk_urls = [
    path("", index_desk.home, name="home"),
    path("compute/", index_desk.compute, name="compute"),
    path("runs/<int:pk>/", index_desk.run_page, name="run"),
    path("vintages/<int:pk>/", index_desk.vintage_page, name="vintage"),
    path("vintages/<int:pk>/rebuild/", index_desk.rebuild, name="rebuild"),
    path("vintages/<int:pk>/steps/<slug:step>/", index_desk.vintage_step, name="vintage_step"),
    path("editions/new/", index_desk.edition_new, name="edition_new"),
    path("editions/<str:code>/", index_desk.edition_edit, name="edition"),
    path("editions/<str:code>/steps/<slug:step>/", index_desk.edition_step, name="edition_step"),
    path("editions/<str:code>/opinions/", index_desk.opinion_import, name="opinion_import"),
    path("editions/<str:code>/opinions/<slug:kind>.xlsx", index_desk.opinion_sheet, name="opinion_sheet"),
    path("editions/<str:code>/opinions/<int:pk>/drop/", index_desk.opinion_drop, name="opinion_drop"),
    path("editions/<str:code>/indicators/new/", index_desk.indicator_new, name="indicator_new"),
    path("editions/<str:code>/indicators/<slug:indicator>/", index_desk.indicator_edit, name="indicator"),
    path("editions/<str:code>/nodes/<slug:node>/", index_desk.node_edit, name="node"),
    path("editions/<str:code>/nodes/<slug:node>/weights/", index_desk.weigh, name="weigh"),
    path("editions/<str:code>/nodes/<slug:node>/<slug:kind>/", index_desk.opinion_give, name="opinion_give"),
]
