"""Router pages."""

from django.urls import URLPattern, URLResolver, path

from dashboard import certificates, enrolments, routers, sign_ins

urlpatterns: list[URLPattern | URLResolver] = [
    path("", routers.index, name="routers"),
    path("add/", enrolments.add, name="router-add"),
    path("wifi-root.pem", sign_ins.wifi_root, name="wifi-root"),
    path("<int:pk>/", routers.router, name="router"),
    path("<int:pk>/runs/", routers.runs, name="router-runs"),
    path("<int:pk>/enrol/", enrolments.follow, name="router-enrol"),
    path("<int:pk>/enrol/steps/", enrolments.steps, name="router-steps"),
    path("<int:pk>/command/", enrolments.new_command, name="router-command"),
    path("<int:pk>/again/", enrolments.again, name="router-again"),
    path("<int:pk>/compare/", routers.compare, name="router-compare"),
    path("<int:pk>/secret/", routers.new_secret, name="router-secret"),
    path("<int:pk>/unsigned/", routers.accept_unsigned, name="router-unsigned"),
    path("<int:pk>/sign-in/", sign_ins.change, name="router-sign-in"),
    path("<int:pk>/certificates/new/", certificates.new, name="router-certificate-new"),
    path("<int:pk>/certificates/<int:number>/revoke/", certificates.revoke, name="router-certificate-revoke"),
    path("<int:pk>/edit/", routers.edit, name="router-edit"),
    path("<int:pk>/remove/", routers.remove, name="router-remove"),
]
