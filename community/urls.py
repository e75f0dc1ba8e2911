from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps.views import index, sitemap
from django.urls import path
from django.views.decorators.cache import cache_control

from community.feeds import ChangesFeed
from community.sitemaps import SITEMAPS
from community.views import (
    bulk,
    directory,
    history,
    imports,
    interests,
    links,
    listings,
    merging,
    organizations,
    parts,
    queue,
    steps,
    voices,
)

app_name = "community"
for_an_hour = cache_control(public=True, max_age=3600)

urlpatterns = [
    path("resources/", directory.resource_list, name="resource_list"),
    path(
        "resources/changes.atom",
        login_not_required(for_an_hour(ChangesFeed())),
        name="changes_feed",
    ),
    path(
        "sitemap.xml",
        login_not_required(for_an_hour(index)),
        {"sitemaps": SITEMAPS, "sitemap_url_name": "community:sitemap_section"},
        name="sitemap",
    ),
    path(
        "sitemap-<section>.xml",
        login_not_required(for_an_hour(sitemap)),
        {"sitemaps": SITEMAPS},
        name="sitemap_section",
    ),
    path("resources/<uuid:pk>/", directory.resource_detail, name="resource_detail"),
    path("resources/<uuid:pk>/report/", voices.problem_report, name="problem_report"),
    path("resources/rules/", directory.rules, name="rules"),
    path("resources/suggest/", voices.resource_suggest, name="resource_suggest"),
    path("curate/", listings.curate, name="curate"),
    path("curate/queue/", queue.queue, name="queue"),
    path("curate/suggestions/<uuid:pk>/close/", queue.suggestion_close, name="suggestion_close"),
    path("curate/gaps/<uuid:pk>/aside/", queue.gap_set_aside, name="gap_set_aside"),
    path("curate/gaps/<uuid:pk>/back/", queue.gap_bring_back, name="gap_bring_back"),
    path("curate/links/<uuid:pk>/take/", links.link_take, name="link_take"),
    path("curate/alike/", merging.like_pairs, name="like_pairs"),
    path("curate/alike/<uuid:pk>/dismiss/", merging.pair_dismiss, name="pair_dismiss"),
    path("curate/bulk/", bulk.bulk_change, name="bulk_change"),
    path("curate/edits/", history.edit_list, name="edit_list"),
    path("curate/edits/<uuid:pk>/undo/", history.edit_undo, name="edit_undo"),
    path("curate/interests/", interests.interest_list, name="interest_list"),
    path("curate/interests/<uuid:pk>/end/", interests.interest_end, name="interest_end"),
    path("curate/import/", imports.import_new, name="import_new"),
    path("curate/import/<uuid:pk>/", imports.import_detail, name="import_detail"),
    path("curate/import/<uuid:pk>/apply/", imports.import_apply, name="import_apply"),
    path("curate/import/<uuid:pk>/undo/", imports.import_undo, name="import_undo"),
    path("curate/listings/new/", listings.listing_new, name="listing_new"),
    path("curate/listings/<uuid:pk>/", listings.listing_detail, name="listing_detail"),
    path("curate/listings/<uuid:pk>/edit/", listings.listing_edit, name="listing_edit"),
    path("curate/listings/<uuid:pk>/submit/", steps.listing_submit, name="listing_submit"),
    path("curate/listings/<uuid:pk>/publish/", steps.listing_publish, name="listing_publish"),
    path("curate/listings/<uuid:pk>/check/", steps.listing_check, name="listing_check"),
    path("curate/listings/<uuid:pk>/draft/", steps.listing_draft, name="listing_draft"),
    path("curate/listings/<uuid:pk>/archive/", steps.listing_archive, name="listing_archive"),
    path("curate/listings/<uuid:pk>/verify/", steps.listing_verify, name="listing_verify"),
    path("curate/listings/<uuid:pk>/merge/", merging.merge_find, name="merge_find"),
    path("curate/listings/<uuid:pk>/merge/<uuid:other_pk>/", merging.merge_confirm, name="merge_confirm"),
    path("curate/listings/<uuid:pk>/places/new/", parts.place_new, name="place_new"),
    path("curate/listings/<uuid:pk>/places/<uuid:place_pk>/", parts.place_edit, name="place_edit"),
    path("curate/listings/<uuid:pk>/places/<uuid:place_pk>/remove/", parts.place_remove, name="place_remove"),
    path("curate/listings/<uuid:pk>/<slug:part>/new/", parts.part_new, name="part_new"),
    path("curate/listings/<uuid:pk>/<slug:part>/<uuid:part_pk>/", parts.part_edit, name="part_edit"),
    path(
        "curate/listings/<uuid:pk>/<slug:part>/<uuid:part_pk>/remove/",
        parts.part_remove,
        name="part_remove",
    ),
    path("curate/organizations/<uuid:pk>/", organizations.organization_detail, name="organization_detail"),
    path("curate/organizations/<uuid:pk>/interest/", interests.interest_declare, name="interest_declare"),
    path("curate/organizations/<uuid:pk>/edit/", organizations.organization_edit, name="organization_edit"),
]
