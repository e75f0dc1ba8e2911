"""What every template may know of the installation."""

from django.conf import settings
from django.http import HttpRequest


def installation(request: HttpRequest) -> dict[str, object]:
    return {
        "quick_exit_url": settings.QUICK_EXIT_URL,
        "is_demo": settings.DEMO,
        "is_local": settings.IS_LOCAL,
        "site_url": settings.SITE_URL,
    }
