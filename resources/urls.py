from django.urls import path

from resources import views

app_name = "resources"
urlpatterns = [path("", views.menu, name="menu")]

desk = [
    path("", views.resource_list, name="list"),
    path("new/", views.resource_new, name="new"),
    path("organizations/", views.organization_options, name="organizations"),
    path("<int:pk>/", views.resource_detail, name="detail"),
    path("<int:pk>/edit/", views.resource_edit, name="edit"),
    path("<int:pk>/pictures/", views.picture_add, name="picture_add"),
    path("<int:pk>/pictures/<int:picture>/remove/", views.picture_remove, name="picture_remove"),
    path("<int:pk>/<slug:step>/", views.resource_step, name="step"),
]
