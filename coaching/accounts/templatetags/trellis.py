"""The few tags every template has without loading them."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def spans(words: list[str]) -> SafeString:
    """Each in an element of its own; written at once, where a loop over many cards takes its time."""
    return format_html_join("", "<span>{}</span>", ((each,) for each in words))


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One of Bootstrap's icons by its name; `label` where the icon stands alone, else it is decoration."""
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
            label,
            static("icons.svg"),
            name,
        )
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("icons.svg"),
        name,
    )
