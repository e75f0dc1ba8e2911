from django.urls import path

from clients import views

app_name = "clients"

urlpatterns = [
    path("clients/", views.client_list, name="client_list"),
    path("clients/new/", views.client_create, name="client_create"),
    path("clients/<uuid:pk>/edit/", views.client_edit, name="client_edit"),
    path("clients/<uuid:pk>/invite/", views.client_invite, name="client_invite"),
    path("clients/<uuid:pk>/status/", views.client_status, name="client_status"),
    path("invitations/<str:token>/", views.invitation_accept, name="invitation_accept"),
]
