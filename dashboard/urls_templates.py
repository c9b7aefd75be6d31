"""Pages of templates of offers, under the router pages."""

from django.urls import URLPattern, URLResolver, path

from dashboard import following, router_templates, template_offers

urlpatterns: list[URLPattern | URLResolver] = [
    path("templates/", router_templates.index, name="router-templates"),
    path("templates/new/", router_templates.edit, name="router-template-new"),
    path("templates/<int:pk>/", router_templates.show, name="router-template"),
    path("templates/<int:pk>/edit/", router_templates.edit, name="router-template-edit"),
    path("templates/<int:pk>/remove/", router_templates.remove, name="router-template-remove"),
    path("templates/<int:pk>/offers/add/<slug:kind>/", template_offers.add, name="router-template-offer-add"),
    path("templates/<int:pk>/offers/<slug:key>/", template_offers.edit, name="router-template-offer"),
    path(
        "templates/<int:pk>/offers/<slug:key>/remove/",
        template_offers.remove,
        name="router-template-offer-remove",
    ),
    path("sites/<int:pk>/values/", following.site_values, name="site-values"),
    path("<int:pk>/template/", following.follow, name="router-follow"),
]
