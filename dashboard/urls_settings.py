"""Addresses under /settings/ on a tenant's host."""

from django.urls import path

from dashboard import team, tokens, workspace

urlpatterns = [
    path("team/", team.team, name="team"),
    path("team/invite/", team.invite, name="team-invite"),
    path("team/invitations/<int:pk>/resend/", team.resend, name="invitation-resend"),
    path("team/invitations/<int:pk>/revoke/", team.revoke, name="invitation-revoke"),
    path("team/<int:pk>/role/", team.change_role, name="person-role"),
    path("team/<int:pk>/<slug:what>/", team.act, name="person-act"),
    path("workspace/", workspace.edit, name="workspace"),
    path("tokens/", tokens.list_tokens, name="tokens"),
    path("tokens/new/", tokens.new, name="token-new"),
    path("tokens/<int:pk>/revoke/", tokens.revoke, name="token-revoke"),
]
