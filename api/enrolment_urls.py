"""Addresses that routers call while they enrol."""

from django.urls import path

from api import enrolment

urlpatterns = [
    path("<slug:token>/kmikro.rsc", enrolment.script, name="enrolment-script"),
    path("<slug:token>/report", enrolment.report, name="enrolment-report"),
]
