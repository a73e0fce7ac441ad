from django.urls import path, re_path

from indicators.views import (
    boards,
    evidence,
    figures,
    gaps,
    index,
    index_desk,
    literacy,
    report_desk,
    reports,
    return_sheets,
    returns,
    rounds,
    stat_forms,
    tables,
)

app_name = "indicators"
EDITION = r"(?P<code>[0-9][0-9A-Za-z.]{0,9})"
urlpatterns = [
    path("", index.index_page, name="index"),
    path("method/", index.method_page, name="method"),
    path("board/", boards.board_page, name="board"),
    re_path(r"^board/(?P<code>\d{12})/$", boards.board_page, name="board_of"),
    path("literacy/", literacy.literacy_page, name="literacy"),
    path("gaps/", gaps.gaps_page, name="gaps"),
    path("targets/<int:pk>/", gaps.target_figure, name="target_figure"),
    path("gaps/<int:pk>/", gaps.gap_indicators, name="gap_indicators"),
    path("table/", tables.table_page, name="table"),
    path("table/save/", tables.table_save, name="table_save"),
    path("table/<int:pk>/", tables.table_saved, name="table_saved"),
    path("table/<int:pk>/drop/", tables.table_drop, name="table_drop"),
    path("data.csv", index.data_csv, name="data_csv"),
    path("scores.csv", index.scores_csv, name="scores_csv"),
    path("data.json", index.data_json, name="data_json"),
    path("data.xlsx", evidence.data_xlsx, name="data_xlsx"),
    path("audit/", evidence.audit_page, name="audit"),
    path("revisions/", evidence.revisions_page, name="revisions"),
    path("scenarios/", evidence.scenarios_page, name="scenarios"),
    path("pairs/", evidence.pairs_page, name="pairs"),
    path("editions/", evidence.editions_page, name="editions"),
    re_path(rf"^editions/{EDITION}/$", evidence.edition_page, name="edition"),
    re_path(r"^(?P<code>\d{12})/change/$", evidence.change_page, name="change"),
    re_path(r"^(?P<code>\d{12})/target/$", evidence.target_page, name="target"),
    re_path(r"^(?P<code>\d{12})/streets/$", evidence.streets_page, name="streets"),
    re_path(r"^(?P<code>\d{12})/$", index.profile_page, name="profile"),
    re_path(r"^(?P<code>\d{12})/(?P<node>[a-z_]{2,30})/$", index.node_page, name="node"),
    re_path(r"^(?P<code>\d{12})/items/(?P<key>K[A-Z]\d{3}(?:\.\d)?)/$", index.item_page, name="item"),
    re_path(r"^(?P<code>\d{12})/figures/(?P<name>[a-z_]{2,30})/$", figures.figure_page, name="figure"),
]

desk = [
    path("", returns.return_list, name="list"),
    path("periods/new/", rounds.period_new, name="period_new"),
    path("board/", rounds.return_board, name="board"),
    path("signature/", returns.return_wish, name="wish"),
    path("figures/", figures.figure_list, name="figures"),
    path("forms/", stat_forms.form_list, name="forms"),
    path("forms/<int:pk>/", stat_forms.form_detail, name="form"),
    path("forms/<int:pk>/workbook/", stat_forms.form_workbook, name="form_workbook"),
    path("forms/<int:pk>/next/", stat_forms.form_next, name="form_next"),
    path("forms/<int:pk>/publish/", stat_forms.form_publish, name="form_publish"),
    path("forms/<int:pk>/drop/", stat_forms.form_drop, name="form_drop"),
    path("<int:pk>/", returns.return_detail, name="detail"),
    path("<int:pk>/cells/", returns.return_cells, name="cells"),
    path("<int:pk>/sheet/", return_sheets.return_sheet, name="sheet"),
    path("<int:pk>/workbook/", return_sheets.return_workbook, name="workbook"),
    path("<int:pk>/remark/", returns.return_remark, name="remark"),
    path("<int:pk>/settle/", returns.return_settle, name="settle"),
    path("<int:pk>/extend/", rounds.return_extend, name="extend"),
    path("<int:pk>/steps/<slug:step>/", returns.return_step, name="step"),
    path("<int:pk>/print/", returns.return_print, name="print"),
    path("<int:pk>/sign-off/", returns.return_sign_off, name="sign_off"),
    path("<int:pk>/sources/<str:key>/", figures.return_source, name="source"),
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

# The index: nights, vintages on their way to the public, editions being drafted.
index_desk_urls = [
    path("", index_desk.home, name="home"),
    path("compute/", index_desk.compute, name="compute"),
    path("runs/<int:pk>/", index_desk.run_page, name="run"),
    path("vintages/<int:pk>/", index_desk.vintage_page, name="vintage"),
    path("vintages/<int:pk>/rebuild/", index_desk.rebuild, name="rebuild"),
    path("vintages/<int:pk>/steps/<slug:step>/", index_desk.vintage_step, name="vintage_step"),
    path("editions/new/", index_desk.edition_new, name="edition_new"),
    re_path(rf"^editions/{EDITION}/$", index_desk.edition_edit, name="edition"),
    re_path(
        rf"^editions/{EDITION}/steps/(?P<step>[a-z]{{4,10}})/$", index_desk.edition_step, name="edition_step"
    ),
    re_path(rf"^editions/{EDITION}/opinions/$", index_desk.opinion_import, name="opinion_import"),
    re_path(
        rf"^editions/{EDITION}/opinions/(?P<kind>[a-z]{{3,6}})\.xlsx$",
        index_desk.opinion_sheet,
        name="opinion_sheet",
    ),
    re_path(
        rf"^editions/{EDITION}/opinions/(?P<pk>[0-9]{{1,18}})/drop/$",
        index_desk.opinion_drop,
        name="opinion_drop",
    ),
    re_path(rf"^editions/{EDITION}/indicators/new/$", index_desk.indicator_new, name="indicator_new"),
    re_path(
        rf"^editions/{EDITION}/indicators/(?P<indicator>[a-z_]{{2,30}})/$",
        index_desk.indicator_edit,
        name="indicator",
    ),
    re_path(rf"^editions/{EDITION}/nodes/(?P<node>[a-z_]{{2,20}})/$", index_desk.node_edit, name="node"),
    re_path(rf"^editions/{EDITION}/nodes/(?P<node>[a-z_]{{2,20}})/weights/$", index_desk.weigh, name="weigh"),
    re_path(
        rf"^editions/{EDITION}/nodes/(?P<node>[a-z_]{{2,20}})/(?P<kind>expert|ahp)/$",
        index_desk.opinion_give,
        name="opinion_give",
    ),
]
