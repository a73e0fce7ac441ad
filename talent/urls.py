from django.urls import path

from talent import views

desk = [
    path("", views.person_list, name="people"),
    path("units/", views.unit_list, name="units"),
    path("mine/", views.my_hours, name="mine"),
    path("services/<int:pk>/take-back/", views.service_take_back, name="take_back"),
    path("<slug:code>/", views.person_detail, name="person"),
    path("<slug:code>/panel/", views.person_panel, name="panel"),
]
