"""Router pages."""

from django.urls import URLPattern, URLResolver, path

from dashboard import backups, certificates, enrolments, firmware, orders, routers, sign_ins, tools

urlpatterns: list[URLPattern | URLResolver] = [
    path("", routers.index, name="routers"),
    path("add/", enrolments.add, name="router-add"),
    path("wifi-root.pem", sign_ins.wifi_root, name="wifi-root"),
    path("firmware/", firmware.index, name="router-firmware"),
    path("orders/", orders.index, name="router-orders"),
    path("orders/new/", orders.new, name="router-order-new"),
    path("orders/<int:pk>/", orders.order, name="router-order"),
    path("orders/<int:pk>/stop/", orders.stop, name="router-order-stop"),
    path("sessions/<int:pk>/rate/", tools.rate, name="session-rate"),
    path("<int:pk>/backups/", backups.index, name="router-backups"),
    path("<int:pk>/backups/take/", backups.take, name="router-backup-take"),
    path("<int:pk>/backups/<int:number>/", backups.show, name="router-backup"),
    path("<int:pk>/backups/<int:number>/restore/", backups.restore, name="router-restore"),
    path("<int:pk>/plans/<slug:token>/", backups.plan, name="router-plan"),
    path("<int:pk>/tools/", tools.index, name="router-tools"),
    path("<int:pk>/tools/<slug:token>/", tools.answer, name="router-answer"),
    path("<int:pk>/doctor/", tools.doctor, name="router-doctor"),
    path("<int:pk>/doctor/<slug:token>/", tools.examination, name="router-examination"),
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
