"""Every address of Trellis. DESIGN's fixed paths are the contract with the outside."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

# Into the administration, too, only by the one sign-in page: with its second step and its rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("accounts/", include("coaching.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("coaching.home.urls")),
    path("", include("clients.urls")),
    path("", include("goals.urls")),
    path("hsds/", include("community.hsds_urls")),
    path("", include("community.urls")),
    path("", include("coaching.scheduling.urls")),
]

handler400 = "community.views.hsds.bad_request"

if settings.IS_LOCAL:
    urlpatterns += [path("", include("coaching.home.local_urls"))]
