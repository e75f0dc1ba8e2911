"""The web application that granian serves: `granian --interface wsgi coaching.wsgi:application`."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coaching.settings")


class Utf8Request(WSGIRequest):
    """Reads everything as UTF-8, so that one which names something else lives until it is refused.

    Django tries the named character set while it makes the request, where no middleware answers yet.
    """

    def _set_content_type_params(self, meta: dict[str, str]) -> None:
        try:
            kind, parameters = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            kind, parameters = "", {"charset": "unreadable"}
        self.content_type, self.content_params = kind, parameters


class Handler(WSGIHandler):
    request_class = Utf8Request


django.setup(set_prefix=False)
application = Handler()
