"""Legal pages, on the platform's host and on every tenant's."""

from django.urls import path

from dashboard import legal

urlpatterns = [
    path("accept/", legal.gate, name="terms-gate"),
    path("accepted/", legal.accepted, name="terms-accepted"),
    path("<slug:kind>/", legal.document, name="legal-document"),
    path("<slug:kind>/versions/", legal.history, name="legal-versions"),
    path("<slug:kind>/v/<int:number>/", legal.document, name="legal-version"),
    path("<slug:kind>/v/<int:number>/pdf/", legal.pdf, name="legal-pdf"),
    path("<slug:kind>/diff/<int:old>/<int:new>/", legal.difference, name="legal-diff"),
]
