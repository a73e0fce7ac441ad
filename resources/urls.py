from django.urls import path

from resources.views import desk as desk_views
from resources.views import life, likeness, menu, registry

app_name = "resources"
urlpatterns = [path("", menu.menu, name="menu"), path("confirm/<str:token>/", life.confirm, name="confirm")]

desk = [
    path("", registry.resource_list, name="list"),
    path("new/", registry.resource_new, name="new"),
    path("organizations/", registry.organization_options, name="organizations"),
    path("likely/", registry.likely, name="likely"),
    path("filters/", desk_views.filter_save, name="filter_save"),
    path("filters/<int:pk>/drop/", desk_views.filter_drop, name="filter_drop"),
    path("bulk/", desk_views.bulk, name="bulk"),
    path("duplicates/", likeness.pair_list, name="pairs"),
    path("duplicates/<int:pk>/dismiss/", likeness.pair_dismiss, name="pair_dismiss"),
    path("<int:pk>/merge/<int:other>/", likeness.merge, name="merge"),
    path("<int:pk>/restore-value/", desk_views.value_restore, name="value_restore"),
    path("<int:pk>/", registry.resource_detail, name="detail"),
    path("<int:pk>/edit/", registry.resource_edit, name="edit"),
    path("<int:pk>/pictures/", registry.picture_add, name="picture_add"),
    path("<int:pk>/pictures/<int:picture>/remove/", registry.picture_remove, name="picture_remove"),
    path("<int:pk>/links/", registry.link_add, name="link_add"),
    path("<int:pk>/links/<int:link>/remove/", registry.link_remove, name="link_remove"),
    path("<int:pk>/confirm/", life.confirm_at_desk, name="confirm"),
    path("<int:pk>/<slug:step>/", registry.resource_step, name="step"),
]
