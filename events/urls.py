from django.urls import path

from events import views

app_name = "events"
urlpatterns = [
    path("", views.event_list, name="list"),
    path("calendar.ics", views.calendar, name="calendar"),
    path("<int:pk>/", views.event_detail, name="detail"),
    path("session/<int:pk>/sign-up/", views.sign_up, name="sign_up"),
    path("session/<int:pk>.ics", views.session_calendar, name="session_calendar"),
    path("sign-up/<str:token>/", views.sign_up_made, name="sign_up_made"),
    path("sign-up/<str:token>/cancel/", views.sign_up_cancel, name="sign_up_cancel"),
]

desk = [
    path("", views.desk_list, name="list"),
    path("new/", views.desk_form, name="new"),
    path("<int:pk>/", views.desk_detail, name="detail"),
    path("<int:pk>/edit/", views.desk_form, name="edit"),
    path("<int:pk>/<slug:step>/", views.desk_step, name="step"),
    path("session/<int:pk>/attendance/", views.desk_attendance, name="attendance"),
    path("session/<int:pk>/check-in/", views.desk_check_in, name="check_in"),
    path("session/<int:pk>/results/", views.desk_results, name="results"),
    path("results/<int:pk>/withdraw/", views.desk_result_withdraw, name="result_withdraw"),
    path("session/<int:pk>/sign-ups/", views.desk_sign_ups, name="sign_ups"),
]
