"""The pages we put on a router: each only sends the browser on to the portal. RouterOS fills in `$(…)`."""

from urllib.parse import quote

# What the portal reads; RouterOS escapes the values for a query string (`-esc`).
_GIVEN = "mac=$(mac-esc)&ip=$(ip-esc)&link-login-only=$(link-login-only-esc)&link-orig=$(link-orig-esc)"
_TRIED = "&username=$(username-esc)&error=$(error-esc)"
_CHAP = "$(if chap-id)&chap-id=$(chap-id-esc)&chap-challenge=$(chap-challenge-esc)$(endif)"

# A browser without scripts follows the refresh; the link is for those that follow nothing.
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta http-equiv="refresh" content="0; url={url}"><meta http-equiv="pragma" content="no-cache">'
    '<title>{title}</title></head><body><p><a href="{url}">{title}</a></p></body></html>\n'
)


def pages(portal: str) -> dict[str, str]:
    """Page name to HTML; portal is the router's portal address with a trailing slash."""
    login = _to(f"{portal}?{_GIVEN}{_TRIED}{_CHAP}", "Sign in")
    connected = _to(f"{portal}connected/?mac=$(mac-esc)&ip=$(ip-esc)&link-orig=$(link-orig-esc)", "Connected")
    again = _to("$(link-login)", "Sign in")
    # What is not here (redirects, the script for CHAP, error texts) comes from the router's own stock.
    return {
        "login.html": login,
        "alogin.html": connected,
        "status.html": connected,
        "logout.html": again,
        "error.html": _to(f"{portal}?{_GIVEN}{_TRIED}", "Sign in"),
    }


def portal_of(base_url: str, public_id: str) -> str:
    """The portal address of a router: base_url without trailing slash."""
    return f"{base_url}/portal/{quote(public_id, safe='')}/"


def _to(url: str, title: str) -> str:
    return _PAGE.format(url=url.replace("&", "&amp;"), title=title)
