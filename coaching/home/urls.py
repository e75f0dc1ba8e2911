from django.urls import path

from coaching.home import health, views

app_name = "home"

urlpatterns = [
    path("", views.front, name="front"),
    path("home/", views.home, name="home"),
    path("robots.txt", views.robots, name="robots"),
    path("healthz/live", health.healthz_live, name="healthz_live"),
    path("healthz/ready", health.healthz_ready, name="healthz_ready"),
    path("me/", views.me, name="me"),
    path("clients/", views.client_list, name="client_list"),
    path("clients/list.<slug:form>", views.roster_file, name="roster_file"),
    path("clients/<uuid:pk>/as-they-see-it/", views.client_mirror, name="client_mirror"),
    path("clients/<uuid:pk>/contact.vcf", views.client_card, name="client_card"),
    path("clients/views/new/", views.roster_view_create, name="roster_view_create"),
    path("clients/views/<uuid:pk>/remove/", views.roster_view_remove, name="roster_view_remove"),
    path("clients/<uuid:pk>/", views.client_detail, name="client_detail"),
    path("practice/", views.practice, name="practice"),
    path("practice/coaches/invite/", views.coach_invite, name="coach_invite"),
]
