from django.urls import path

from coaching.accounts import views

app_name = "accounts"

urlpatterns = [
    path("person/", views.person_edit, name="person_edit"),
]
