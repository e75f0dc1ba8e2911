"""What every form here shares."""

from crispy_forms.helper import FormHelper


def page_helper() -> FormHelper:
    """Crispy's layout of a form whose `<form>` and buttons stand in the page's template."""
    helper = FormHelper()
    helper.form_tag = False
    return helper
