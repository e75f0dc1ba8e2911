"""HSDS's API. Its paths have no slash at the end, as the standard writes them."""

from django.urls import path

from community.views import hsds

app_name = "hsds"

urlpatterns = [
    path("", hsds.base, name="base"),
    path("openapi.json", hsds.openapi_document, name="openapi"),
    path("services", hsds.service_list, name="service_list"),
    path("services/<str:pk>", hsds.service, name="service"),
    path("organizations", hsds.organization_list, name="organization_list"),
    path("organizations/<str:pk>", hsds.organization, name="organization"),
    path("service_at_locations", hsds.service_at_location_list, name="service_at_location_list"),
    path("service_at_locations/<str:pk>", hsds.service_at_location, name="service_at_location"),
    path("taxonomies", hsds.taxonomy_list, name="taxonomy_list"),
    path("taxonomies/<str:pk>", hsds.taxonomy, name="taxonomy"),
    path("taxonomy_terms", hsds.taxonomy_term_list, name="taxonomy_term_list"),
    path("taxonomy_terms/<str:pk>", hsds.taxonomy_term, name="taxonomy_term"),
    path("<path:path>", hsds.nothing, name="nothing"),
]
