"""Addresses of agents, below /agents/."""

from django.urls import path

from dashboard import agent_money, agent_prices, agents

urlpatterns = [
    path("", agents.index, name="agents"),
    path("new/", agents.edit, name="agent-new"),
    path("<int:pk>/", agents.show, name="agent"),
    path("<int:pk>/change/", agents.edit, name="agent-edit"),
    path("<int:pk>/stop/", agents.stop, name="agent-stop"),
    path("<int:pk>/resume/", agents.resume, name="agent-resume"),
    path("<int:pk>/prices/", agent_prices.index, name="agent-prices"),
    path("<int:pk>/ledger/", agent_money.ledger, name="agent-ledger"),
    path("<int:pk>/top-up/", agent_money.top_up, name="agent-top-up"),
    path("<int:pk>/correct/", agent_money.correct, name="agent-correct"),
    path("<int:pk>/send/", agent_money.send, name="agent-send"),
]
