"""Addresses of the schools' pages, under /desk/credits/."""

from django.urls import path

from youth_credits import views

app_name = "youth_credits"

urlpatterns = [
    path("", views.start, name="start"),
    path("students/", views.student_list, name="student_list"),
    path("students/<uuid:uuid>/", views.student_detail, name="student_detail"),
    path("students/<uuid:uuid>/whole/", views.student_reveal, name="student_reveal"),
    path("students/<uuid:uuid>/consent/", views.student_consent, name="student_consent"),
    path("students/<uuid:uuid>/consent/withdraw/", views.student_withdraw, name="student_withdraw"),
    path("students/<uuid:uuid>/transcript/", views.transcript, name="transcript"),
    path("import/", views.credit_upload, name="credit_upload"),
    path("import/template/", views.credit_template, name="credit_template"),
    path("roll/", views.roll_upload, name="roll_upload"),
    path("roll/template/", views.roll_template, name="roll_template"),
    path("grid/", views.grid, name="grid"),
    path("batches/", views.batch_list, name="batch_list"),
    path("batches/<uuid:uuid>/", views.batch_detail, name="batch_detail"),
    path("batches/<uuid:uuid>/keep/", views.batch_keep, name="batch_keep"),
    path("batches/<uuid:uuid>/drop/", views.batch_drop, name="batch_drop"),
    path("batches/<uuid:uuid>/retry/", views.batch_retry, name="batch_retry"),
    path("batches/<uuid:uuid>/undo/", views.batch_undo, name="batch_undo"),
    path("batches/<uuid:uuid>/faults/", views.batch_faults, name="batch_faults"),
    path("batches/<uuid:uuid>/verify/", views.batch_verify, name="batch_verify"),
    path("batches/<uuid:uuid>/return/", views.batch_return, name="batch_return"),
    path("batches/<uuid:uuid>/return-entries/", views.entries_return, name="entries_return"),
    path("verify/", views.verify, name="verify"),
]
