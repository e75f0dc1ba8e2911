import pytest
from crispy_forms.helper import FormHelper
from django import forms
from django.template import Context, Template
from django.urls import reverse

from coaching.home.local import StyleguideForm


def crispy(form: forms.Form) -> str:
    return Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": form}))


@pytest.mark.django_db
def test_styleguide_shows_every_component(client):
    response = client.get(reverse("local:styleguide"))

    assert response.status_code == 200
    shown = response.content.decode()
    for component in [
        "error-summary",
        "empty",
        "who-sees",
        "status",
        "side-personal",
        "side-community",
        "pages",
    ]:
        assert f'class="{component}' in shown or f" {component}" in shown


@pytest.mark.django_db
def test_styleguide_says_each_kind_of_message(client):
    shown = client.get("/styleguide/?messages").content.decode()

    assert shown.count('role="status"') == 3
    assert shown.count('<div class="alert alert-danger" role="alert">') == 1


def test_form_marks_what_is_optional_and_nothing_else():
    shown = crispy(StyleguideForm())

    assert shown.count("(optional)") == 3
    assert "*" not in shown


def test_form_ties_hint_and_problem_to_the_field():
    shown = crispy(StyleguideForm({"email": "ben at home"}))

    assert 'id="id_email_helptext"' in shown
    assert 'id="id_email_error"' in shown
    assert 'aria-describedby="id_email_helptext id_email_error"' in shown
    assert 'aria-invalid="true"' in shown


def test_form_lists_its_problems_first_and_links_to_the_fields():
    shown = crispy(StyleguideForm({"email": "ben at home"}))

    summary = shown[shown.index("data-error-summary") : shown.index("</ul>")]
    assert "There is a problem" in summary
    assert '<a href="#id_email">E-mail address: Enter a valid email address.</a>' in summary
    assert '<a href="#id_side_0">Which side of the plan? Choose one.</a>' in summary
    assert shown.index("data-error-summary") < shown.index('id="id_name"')


def test_search_form_marks_nothing_as_optional():
    class Search(forms.Form):
        q = forms.CharField(label="Find", required=False)

    form = Search()
    template = Template("{% load crispy_forms_tags %}{% crispy form helper %}")
    helper = FormHelper()
    helper.form_method = "get"

    assert "(optional)" not in template.render(Context({"form": form, "helper": helper}))
