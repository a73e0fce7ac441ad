from django.urls import path, re_path

from indicators.views import index, report_desk, reports, returns

app_name = "indicators"
urlpatterns = [
    path("", index.index_page, name="index"),
    path("method/", index.method_page, name="method"),
    path("data.csv", index.data_csv, name="data_csv"),
    path("scores.csv", index.scores_csv, name="scores_csv"),
    path("data.json", index.data_json, name="data_json"),
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

# Annual reports: what everybody may read, and where they are written, reviewed, signed and published.
reports_public = [
    path("", reports.report_list, name="list"),
    re_path(r"^items/(?P<key>K[A-Z]\d{3}(?:\.\d)?)/$", reports.item_page, name="item"),
    path("<int:pk>/", reports.report_page, name="page"),
    path("<int:pk>/file/", reports.report_file, {"what": "file"}, name="file"),
    path("<int:pk>/annex/", reports.report_file, {"what": "annex"}, name="annex"),
    path("<int:pk>/letter/", reports.report_file, {"what": "letter"}, name="letter"),
    path("<int:pk>/chapters/<slug:code>/", reports.report_chapter, name="chapter"),
]
reports_desk = [
    path("", report_desk.desk_list, name="list"),
    path("<int:pk>/", report_desk.desk_detail, name="detail"),
    path("<int:pk>/file/", report_desk.desk_file, {"what": "file"}, name="file"),
    path("<int:pk>/annex/", report_desk.desk_file, {"what": "annex"}, name="annex"),
    path("<int:pk>/letter/", report_desk.desk_file, {"what": "letter"}, name="letter"),
    path("<int:pk>/letter/head/", report_desk.desk_letter, name="letter_head"),
    path("<int:pk>/renew/", report_desk.desk_renew, name="renew"),
    path("<int:pk>/words/", report_desk.words_new, name="words_new"),
    path("<int:pk>/steps/<slug:step>/", report_desk.desk_step, name="step"),
    path("<int:pk>/parts/<slug:code>/", report_desk.part_page, name="part"),
    path("<int:pk>/parts/<slug:code>/remarks/", report_desk.part_remark, name="remark"),
    path("<int:pk>/parts/<slug:code>/remarks/<int:remark>/", report_desk.part_answer, name="answer"),
    path("<int:pk>/parts/<slug:code>/<slug:change>/", report_desk.part_change, name="part_change"),
]
