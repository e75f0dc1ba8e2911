from django.urls import path

from goals.views import exchange, goals, obstacles, plans, steps

app_name = "goals"

urlpatterns = [
    path("plans/new/", plans.plan_create, name="plan_create"),
    path("plans/import/", exchange.plan_import, name="plan_import"),
    path("plans/import/apply/", exchange.plan_import_apply, name="plan_import_apply"),
    path("plans/<uuid:pk>/fhir/", exchange.plan_fhir, name="plan_fhir"),
    path("plans/<uuid:pk>/", plans.plan_detail, name="plan_detail"),
    path("plans/<uuid:pk>/edit/", plans.plan_edit, name="plan_edit"),
    path("plans/<uuid:pk>/close/", plans.plan_close, name="plan_close"),
    path("plans/<uuid:pk>/reopen/", plans.plan_reopen, name="plan_reopen"),
    path("plans/<uuid:pk>/balance/dismiss/", plans.plan_balance_dismiss, name="plan_balance_dismiss"),
    path("plans/<uuid:pk>/balance/off/", plans.plan_balance_off, name="plan_balance_off"),
    path("plans/<uuid:pk>/history/", plans.plan_history, name="plan_history"),
    path("plans/<uuid:plan_pk>/goals/new/", goals.goal_create, name="goal_create"),
    path("goals/<uuid:pk>/", goals.goal_detail, name="goal_detail"),
    path("goals/<uuid:pk>/accept/", goals.goal_accept, name="goal_accept"),
    path("goals/<uuid:pk>/reword/", goals.goal_reword, name="goal_reword"),
    path("goals/<uuid:pk>/decline/", goals.goal_decline, name="goal_decline"),
    path("goals/<uuid:pk>/edit/", goals.goal_edit, name="goal_edit"),
    path("goals/<uuid:pk>/hold/", goals.goal_hold, name="goal_hold"),
    path("goals/<uuid:pk>/resume/", goals.goal_resume, name="goal_resume"),
    path("goals/<uuid:pk>/complete/", goals.goal_complete, name="goal_complete"),
    path("goals/<uuid:pk>/cancel/", goals.goal_cancel, name="goal_cancel"),
    path("goals/<uuid:pk>/history/", goals.goal_history, name="goal_history"),
    path("goals/<uuid:pk>/scale/", goals.goal_scale, name="goal_scale"),
    path("goals/<uuid:pk>/rate/", goals.goal_rate, name="goal_rate"),
    path("goals/<uuid:goal_pk>/steps/new/", steps.step_create, name="step_create"),
    path("goals/<uuid:goal_pk>/obstacles/new/", obstacles.obstacle_create, name="obstacle_create"),
    path("obstacles/<uuid:pk>/edit/", obstacles.obstacle_edit, name="obstacle_edit"),
    path("obstacles/<uuid:pk>/confirm/", obstacles.obstacle_confirm, name="obstacle_confirm"),
    path("obstacles/<uuid:pk>/clear/", obstacles.obstacle_clear, name="obstacle_clear"),
    path("steps/<uuid:pk>/edit/", steps.step_edit, name="step_edit"),
    path("steps/<uuid:pk>/tick/", steps.step_tick, name="step_tick"),
    path("steps/<uuid:pk>/untick/", steps.step_untick, name="step_untick"),
    path("steps/<uuid:pk>/finish/", steps.step_finish, name="step_finish"),
    path("steps/<uuid:pk>/rhythm/", steps.step_rhythm, name="step_rhythm"),
    path("steps/<uuid:pk>/resource/", steps.step_resource, name="step_resource"),
    path("steps/<uuid:pk>/resource/remove/", steps.step_detach, name="step_detach"),
]
