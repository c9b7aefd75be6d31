"""Addresses on the platform's host."""

from django.urls import path

from dashboard import metrics, public, staff

urlpatterns = [
    path("", public.landing, name="landing"),
    path("sign-up/", public.sign_up, name="sign-up"),
    path("sign-up/slug/", public.check_slug, name="slug-check"),
    path("sign-up/<str:ticket>/", public.opening, name="opening"),
    path("sign-up/<str:ticket>/retry/", public.opening_retry, name="opening-retry"),
    path("sign-in/", public.finder, name="finder"),
    path("sign-in/mail/", public.finder_mail, name="finder-mail"),
    path("metrics", metrics.index, name="metrics"),
    path("staff/", staff.isps, name="staff"),
    path("staff/sign-in/", staff.sign_in, name="staff-sign-in"),
    path("staff/sign-out/", staff.sign_out, name="staff-sign-out"),
]
