from django.urls import path, re_path

from indicators.views import (
    boards,
    figures,
    index,
    literacy,
    reports,
    return_sheets,
    returns,
    rounds,
    tables,
)

app_name = "indicators"
urlpatterns = [
    path("", index.index_page, name="index"),
    path("method/", index.method_page, name="method"),
    path("board/", boards.board_page, name="board"),
    re_path(r"^board/(?P<code>\d{12})/$", boards.board_page, name="board_of"),
    path("literacy/", literacy.literacy_page, name="literacy"),
    path("table/", tables.table_page, name="table"),
    path("table/save/", tables.table_save, name="table_save"),
    path("table/<int:pk>/", tables.table_saved, name="table_saved"),
    path("table/<int:pk>/drop/", tables.table_drop, name="table_drop"),
    path("data.csv", index.data_csv, name="data_csv"),
    path("scores.csv", index.scores_csv, name="scores_csv"),
    path("data.json", index.data_json, name="data_json"),
    re_path(r"^(?P<code>\d{12})/$", index.profile_page, name="profile"),
    re_path(r"^(?P<code>\d{12})/(?P<node>[a-z_]{2,30})/$", index.node_page, name="node"),
    re_path(r"^(?P<code>\d{12})/items/(?P<key>K[A-Z]\d{3}(?:\.\d)?)/$", index.item_page, name="item"),
]

desk = [
    path("", returns.return_list, name="list"),
    path("periods/new/", rounds.period_new, name="period_new"),
    path("board/", rounds.return_board, name="board"),
    path("figures/", figures.figure_list, name="figures"),
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
