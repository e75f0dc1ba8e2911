from django.urls import path

from goals import views

app_name = "goals"

urlpatterns = [
    path("plans/new/", views.plan_create, name="plan_create"),
    path("plans/<uuid:pk>/", views.plan_detail, name="plan_detail"),
    path("plans/<uuid:pk>/edit/", views.plan_edit, name="plan_edit"),
    path("plans/<uuid:pk>/close/", views.plan_close, name="plan_close"),
    path("plans/<uuid:pk>/reopen/", views.plan_reopen, name="plan_reopen"),
    path("plans/<uuid:pk>/history/", views.plan_history, name="plan_history"),
    path("plans/<uuid:plan_pk>/goals/new/", views.goal_create, name="goal_create"),
    path("goals/<uuid:pk>/", views.goal_detail, name="goal_detail"),
    path("goals/<uuid:pk>/accept/", views.goal_accept, name="goal_accept"),
    path("goals/<uuid:pk>/reword/", views.goal_reword, name="goal_reword"),
    path("goals/<uuid:pk>/decline/", views.goal_decline, name="goal_decline"),
    path("goals/<uuid:pk>/edit/", views.goal_edit, name="goal_edit"),
    path("goals/<uuid:pk>/hold/", views.goal_hold, name="goal_hold"),
    path("goals/<uuid:pk>/resume/", views.goal_resume, name="goal_resume"),
    path("goals/<uuid:pk>/complete/", views.goal_complete, name="goal_complete"),
    path("goals/<uuid:pk>/cancel/", views.goal_cancel, name="goal_cancel"),
    path("goals/<uuid:pk>/history/", views.goal_history, name="goal_history"),
    path("goals/<uuid:pk>/scale/", views.goal_scale, name="goal_scale"),
    path("goals/<uuid:pk>/rate/", views.goal_rate, name="goal_rate"),
    path("goals/<uuid:goal_pk>/steps/new/", views.step_create, name="step_create"),
    path("steps/<uuid:pk>/edit/", views.step_edit, name="step_edit"),
    path("steps/<uuid:pk>/tick/", views.step_tick, name="step_tick"),
    path("steps/<uuid:pk>/untick/", views.step_untick, name="step_untick"),
    path("steps/<uuid:pk>/resource/", views.step_resource, name="step_resource"),
    path("steps/<uuid:pk>/resource/remove/", views.step_detach, name="step_detach"),
]
