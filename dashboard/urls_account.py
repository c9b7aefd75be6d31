"""Addresses under /account/ on a tenant's host."""

from django.urls import path

from dashboard import account

urlpatterns = [
    path("", account.mine, name="account"),
    path("name/", account.rename, name="account-name"),
    path("password/", account.change_password, name="account-password"),
    path("sign-in/", account.sign_in, name="sign-in"),
    path("sign-out/", account.sign_out, name="sign-out"),
    path("sign-out-everywhere/", account.sign_out_everywhere, name="sign-out-everywhere"),
    path("first/<str:token>/", account.first_sign_in, name="first-sign-in"),
    path("forgot/", account.forgot, name="forgot"),
    path("reset/<str:token>/", account.reset, name="reset"),
    path("join/<str:token>/", account.join, name="join"),
]
