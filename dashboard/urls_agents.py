"""Addresses of agents, below /agents/."""

from django.urls import path

from dashboard import (
    agent_days,
    agent_desk,
    agent_money,
    agent_prices,
    agent_report,
    agent_sales,
    agent_stock,
    agents,
)

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
    path("report/", agent_report.index, name="agent-report"),
    path("<int:pk>/days/", agent_days.index, name="agent-days"),
    path("sell/", agent_desk.mine, name="sell"),
    path("<int:pk>/sell/", agent_desk.sell, name="agent-sell"),
    path("<int:pk>/sales/", agent_sales.index, name="agent-sales"),
    path("<int:pk>/sales/<int:number>/", agent_desk.sold, name="agent-sold"),
    path("<int:pk>/sales/<int:number>/undo/", agent_sales.undo, name="agent-undo"),
    path("<int:pk>/stock/", agent_stock.index, name="agent-stock"),
    path("<int:pk>/stock/give/", agent_stock.give, name="agent-stock-give"),
    path("<int:pk>/stock/book-used/", agent_stock.book_used, name="agent-stock-used"),
    path("<int:pk>/stock/<int:number>/receive/", agent_stock.receive, name="agent-stock-receive"),
    path("<int:pk>/stock/<int:number>/return/", agent_stock.take_back, name="agent-stock-return"),
    path("<int:pk>/stock/<int:number>/restock/", agent_stock.restock, name="agent-stock-restock"),
]
