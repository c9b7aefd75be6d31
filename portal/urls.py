"""The captive portal's addresses; public_id names a router."""

from django.urls import path

from portal import moves, views

urlpatterns = [
    path("", views.nowhere, name="portal"),
    path("<slug:public_id>/", views.start, name="portal-start"),
    path("<slug:public_id>/enter/", views.enter, name="portal-enter"),
    path("<slug:public_id>/move/", moves.move, name="portal-move"),
    path("<slug:public_id>/device/", moves.device, name="portal-device"),
    path("<slug:public_id>/connected/", views.connected, name="portal-connected"),
]
