"""Who may do what: the one table that dashboard and API both read."""

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    SUPPORT = "support"
    TECHNICIAN = "technician"
    CASHIER = "cashier"
    RESELLER = "reseller"


class Action(StrEnum):
    """Verb on a noun; an API token's scope is one of the same words."""

    SEE_HOME = "home:read"
    SEE_ROUTERS = "routers:read"
    CHANGE_ROUTERS = "routers:write"
    EXCUSE_ROUTERS = "routers:unsigned"
    TAKE_COPIES = "routers:copies"
    SEE_PLANS = "plans:read"
    CHANGE_PLANS = "plans:write"
    SEE_VOUCHERS = "vouchers:read"
    MAKE_VOUCHERS = "vouchers:write"
    SEE_ALL_VOUCHERS = "vouchers:all"
    SEE_CODES = "vouchers:codes"
    PRINT_AGAIN = "vouchers:again"
    SEE_AGENTS = "agents:read"
    SEE_ALL_AGENTS = "agents:all"
    SELL = "agents:sell"
    CHANGE_AGENTS = "agents:write"
    SEE_SUBSCRIBERS = "subscribers:read"
    CHANGE_SUBSCRIBERS = "subscribers:write"
    CORRECT_USAGE = "usage:correct"
    SEE_SESSIONS = "sessions:read"
    DISCONNECT = "sessions:disconnect"
    SEE_LOGINS = "logins:read"
    TRACE = "radius:trace"
    SEE_REVENUE = "revenue:read"
    SEE_TEAM = "team:read"
    CHANGE_TEAM = "team:write"
    CHANGE_TOKENS = "tokens:write"
    CHANGE_SETTINGS = "settings:write"
    ACCEPT_TERMS = "terms:accept"
    SEE_LEGAL = "legal:read"
    SEE_JOURNAL = "journal:read"


_EVERYTHING = frozenset(Action)
_SALES = frozenset(
    {Action.SEE_VOUCHERS, Action.MAKE_VOUCHERS, Action.SEE_CODES, Action.SEE_PLANS, Action.SEE_LEGAL}
)

MAY: dict[Role, frozenset[Action]] = {
    Role.OWNER: _EVERYTHING,
    Role.MANAGER: _EVERYTHING
    - {Action.CHANGE_TOKENS, Action.ACCEPT_TERMS, Action.EXCUSE_ROUTERS, Action.TAKE_COPIES},
    Role.SUPPORT: frozenset(
        {
            Action.SEE_HOME,
            Action.SEE_ROUTERS,
            Action.SEE_PLANS,
            Action.SEE_VOUCHERS,
            Action.SEE_ALL_VOUCHERS,
            Action.SEE_SUBSCRIBERS,
            Action.CHANGE_SUBSCRIBERS,
            Action.SEE_SESSIONS,
            Action.DISCONNECT,
            Action.SEE_LOGINS,
            Action.SEE_LEGAL,
        }
    ),
    Role.TECHNICIAN: frozenset(
        {
            Action.SEE_HOME,
            Action.SEE_ROUTERS,
            Action.SEE_SESSIONS,
            Action.SEE_LOGINS,
            Action.TRACE,
            Action.SEE_LEGAL,
        }
    ),
    Role.CASHIER: _SALES,
    # An agent sells what was given or paid for, and makes no batches.
    Role.RESELLER: _SALES - {Action.MAKE_VOUCHERS} | {Action.SEE_AGENTS, Action.SELL},
}

ABOUT: dict[Role, str] = {
    Role.OWNER: "Everything, and the only one who accepts the Terms and makes API tokens.",
    Role.MANAGER: "Everything else: routers, plans, vouchers, the team.",
    Role.SUPPORT: "Helps customers: accounts, sessions, login log, vouchers; no revenue.",
    Role.TECHNICIAN: "Sees routers and sessions, traces packets; changes nothing.",
    Role.CASHIER: "Sells vouchers; sees own batches only.",
    Role.RESELLER: "An agent: sells from own stock and float; sees own stock, sales, ledger and sub-agents only.",
}


def may(role: str, action: Action) -> bool:
    """Whether the role includes the action; an unknown role may do nothing."""
    try:
        return action in MAY[Role(role)]
    except ValueError:
        return False


def may_manage(role: str, other: str) -> bool:
    """Whether a person with role may invite, change or remove one with other: only an owner touches owners."""
    return may(role, Action.CHANGE_TEAM) and (other != Role.OWNER or role == Role.OWNER)
