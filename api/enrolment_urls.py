"""Addresses that routers call while they enrol."""

from django.urls import path

from api import enrolment

urlpatterns = [
    path("<slug:token>/kmikro.rsc", enrolment.script, name="enrolment-script"),
    path("<slug:token>/kmikro-loose.rsc", enrolment.script, {"check": False}, name="enrolment-loose-script"),
    path(
        "<slug:token>/kmikro-6.rsc",
        enrolment.script,
        {"check": False, "six": True},
        name="enrolment-script-six",
    ),
    path("<slug:token>/radsec.rsc", enrolment.certificate_script, name="enrolment-certificate-script"),
    path("<slug:token>/radsec.pem", enrolment.certificate, name="enrolment-certificate"),
    path("<slug:token>/radsec", enrolment.certificate_report, name="enrolment-certificate-report"),
    path("<slug:token>/preflight", enrolment.preflight, name="enrolment-preflight"),
    path("<slug:token>/hub.pem", enrolment.hub_certificate, name="enrolment-hub-certificate"),
    path("<slug:token>/tunnel", enrolment.tunnel, name="enrolment-tunnel"),
    path("<slug:token>/report", enrolment.report, name="enrolment-report"),
]
