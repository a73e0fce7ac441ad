from django.urls import path

from resources.views import life, menu, registry

app_name = "resources"
urlpatterns = [path("", menu.menu, name="menu"), path("confirm/<str:token>/", life.confirm, name="confirm")]

desk = [
    path("", registry.resource_list, name="list"),
    path("new/", registry.resource_new, name="new"),
    path("organizations/", registry.organization_options, name="organizations"),
    path("<int:pk>/", registry.resource_detail, name="detail"),
    path("<int:pk>/edit/", registry.resource_edit, name="edit"),
    path("<int:pk>/pictures/", registry.picture_add, name="picture_add"),
    path("<int:pk>/pictures/<int:picture>/remove/", registry.picture_remove, name="picture_remove"),
    path("<int:pk>/links/", registry.link_add, name="link_add"),
    path("<int:pk>/links/<int:link>/remove/", registry.link_remove, name="link_remove"),
    path("<int:pk>/confirm/", life.confirm_at_desk, name="confirm"),
    path("<int:pk>/<slug:step>/", registry.resource_step, name="step"),
]
