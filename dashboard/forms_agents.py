"""Forms of agents: who they are, what a plan costs with them, and amounts with a key that books a form once."""

from typing import Any
from uuid import uuid4

from django import forms

from accounts.models import User
from accounts.roles import Role
from billing.agent_models import Agent
from billing.agents import Wanted
from dashboard.numbers import NumberForm, number, plain
from kmikro.lib.money import Money
from kmikro.lib.refusal import Refusal

MOST = 500  # choices in a list
PERCENT = 100  # hundredths of a percent


def typed(minor: int | None, currency: str) -> str:
    """An amount as it is typed into a field; empty for none."""
    if minor is None:
        return ""
    text = f"{Money(minor, currency).major:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(label: str, *, required: bool = True, hint: str = "") -> Any:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=20, required=required, help_text=hint, widget=widget)


class MoneyForm(NumberForm):
    """Reads amounts of one currency; errors stand at their field."""

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def minor(self, field: str) -> int | None:
        """The amount in minor units; None when nothing was typed."""
        text = self.cleaned_data.get(field, "").strip()
        if not text:
            return None
        try:
            return Money.parse(text, self.currency).minor
        except Refusal as refusal:
            self.add_error(field, refusal.text)
            return None


class AgentForm(MoneyForm):
    """Fields are named as billing.agents refuses them."""

    name = forms.CharField(label="Name", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    phone = forms.CharField(
        label="Phone", max_length=32, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    user = forms.ChoiceField(
        label="Signs in as", required=False, help_text="A person of the team with the role reseller"
    )
    parent = forms.ChoiceField(label="Below", required=False, help_text="The agent who sends them float")
    limit_minor = amount("Credit limit", required=False, hint="Empty: prepaid, the float never goes below 0")
    commission = number("Commission", hint="Of the price; a plan can have its own")
    per_hour = number("Vouchers an hour", decimal=False, hint="Empty: no limit")
    per_day = number("Vouchers a day", decimal=False, hint="Empty: no limit")
    per_day_minor = amount("Worth a day", required=False, hint="Empty: no limit")

    def __init__(self, *args: Any, agent: Agent | None = None, **kwargs: Any) -> None:
        if agent is not None:
            kwargs.setdefault("initial", _first(agent))
        super().__init__(*args, **kwargs)
        own = agent.pk if agent else None
        logins = User.objects.filter(role=Role.RESELLER, is_active=True)
        free = logins.filter(agent=None) | logins.filter(agent=own) if own else logins.filter(agent=None)
        self._choices(
            "user", [(each.pk, f"{each.name}, {each.email}") for each in free.order_by("name")[:MOST]]
        )
        above = Agent.objects.exclude(pk=own) if own else Agent.objects.all()
        self._choices("parent", [(each.pk, each.name) for each in above[:MOST]])

    def _choices(self, field: str, rows: list[tuple[int, str]]) -> None:
        self.fields[field].choices = [("", "Nobody"), *rows]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What was typed; mind `errors` afterwards."""
        data = self.cleaned_data
        return Wanted(
            name=data.get("name", ""),
            phone=data.get("phone", ""),
            user_id=int(data["user"]) if data.get("user") else None,
            parent_id=int(data["parent"]) if data.get("parent") else None,
            limit_minor=self.minor("limit_minor") or 0,
            commission=self.sized("commission", PERCENT) or 0,
            per_hour=self.whole("per_hour") or None,
            per_day=self.whole("per_day") or None,
            per_day_minor=self.minor("per_day_minor"),
        )


def _first(agent: Agent) -> dict[str, Any]:
    return {
        "name": agent.name,
        "phone": agent.phone,
        "user": agent.user_id or "",
        "parent": agent.parent_id or "",
        "limit_minor": typed(agent.limit_minor or None, agent.currency),
        "commission": plain(agent.commission, PERCENT),
        "per_hour": agent.per_hour or "",
        "per_day": agent.per_day or "",
        "per_day_minor": typed(agent.per_day_minor, agent.currency),
    }


class KeyedForm(MoneyForm):
    """key makes a repeated submit (double tap, reload) one booking."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": str(uuid4())})
        super().__init__(*args, **kwargs)


class TopUpForm(KeyedForm):
    amount = amount("Cash received")
    text = forms.CharField(label="Note", max_length=200, required=False)


class CorrectionForm(KeyedForm):
    direction = forms.ChoiceField(label="The float goes", choices=[("up", "Up"), ("down", "Down")])
    amount = amount("By")
    text = forms.CharField(label="Why", max_length=200, help_text="Stands in the ledger for ever")


class SendForm(KeyedForm):
    to = forms.ChoiceField(label="To")
    amount = amount("How much")

    def __init__(self, *args: Any, below: list[Agent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(str(each.pk), each.name) for each in below]  # type: ignore[attr-defined]


class PriceForm(MoneyForm):
    """Fields are named as billing.agents.price refuses them."""

    plan = forms.ChoiceField(label="Plan")
    sells_for_minor = amount("Sells for", required=False, hint="Empty: the price of the voucher")
    pays_minor = amount("Pays you", required=False, hint="The rest is the agent's")
    commission = number("Or a commission of", hint="Empty: the agent's own")

    def __init__(self, *args: Any, plans: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = plans  # type: ignore[attr-defined]

    def given(self) -> dict[str, int | None]:
        return {
            "sells_for_minor": self.minor("sells_for_minor"),
            "pays_minor": self.minor("pays_minor"),
            "commission": self.sized("commission", PERCENT),
        }
