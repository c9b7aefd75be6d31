"""The page language of the hotspot: `$(variable)`, `-esc` forms, `$(if)`, and the pages a router has in stock."""

import re
from collections.abc import Mapping
from urllib.parse import quote

_TOKEN = re.compile(r"\$\((if|elif)\s+([^)]*)\)|\$\((else|endif)\)|\$\(([\w-]+)\)")
_TEST = re.compile(r"([\w-]+)\s*(?:(==|!=|<=|>=|<|>)\s*(?:'([^']*)'|\"([^\"]*)\"|([^\s]+)))?\s*")
_HEADER = re.compile(
    r"\$\(if http-(?P<what>status|header) == [\"']?(?P<name>[\w-]+)[\"']?\)(?P<value>.*?)\$\(endif\)\s*",
    re.DOTALL,
)


def render(page: str, variables: Mapping[str, str]) -> str:
    """Fill in a page; unknown variables are empty."""
    out: list[str] = []
    open_ifs: list[list[bool]] = []  # per $(if): is this branch shown, was one shown before
    at = 0
    for token in _TOKEN.finditer(page):
        if all(shown for shown, _ in open_ifs):
            out.append(page[at : token.start()])
        at = token.end()
        word, condition, closing, name = token.groups()
        if word == "if":
            hit = test(condition, variables)
            open_ifs.append([hit, hit])
        elif word == "elif" and open_ifs:
            hit = not open_ifs[-1][1] and test(condition, variables)
            open_ifs[-1] = [hit, open_ifs[-1][1] or hit]
        elif closing == "else" and open_ifs:
            open_ifs[-1] = [not open_ifs[-1][1], True]
        elif closing == "endif" and open_ifs:
            open_ifs.pop()
        elif name and all(shown for shown, _ in open_ifs):
            out.append(value(name, variables))
    out.append(page[at:])
    return "".join(out)


def value(name: str, variables: Mapping[str, str]) -> str:
    """A variable; with `-esc` made safe for a query string."""
    if name in variables:
        return variables[name]
    if name.endswith("-esc"):
        return quote(variables.get(name[:-4], ""), safe="")
    return ""


def test(condition: str, variables: Mapping[str, str]) -> bool:
    """A condition: a variable that is not empty, or a comparison."""
    match = _TEST.fullmatch(condition)
    if match is None:
        return False
    have = value(match[1], variables)
    if match[2] is None:
        return bool(have)
    wanted = next((part for part in (match[3], match[4], match[5]) if part is not None), "")
    if match[2] in ("==", "!="):
        return (have == wanted) == (match[2] == "==")
    if not (have.isdigit() and wanted.isdigit()):
        return False
    first, second = int(have), int(wanted)
    return {"<": first < second, ">": first > second, "<=": first <= second, ">=": first >= second}[match[2]]


def headers_of(page: str, variables: Mapping[str, str]) -> tuple[str, int | None, dict[str, str]]:
    """Pages may name a status and headers in conditions of their own; gives the rest of the page and those."""
    status: int | None = None
    headers: dict[str, str] = {}
    for match in _HEADER.finditer(page):
        if match["what"] == "status":
            status = int(match["name"])
        else:
            headers[match["name"]] = render(match["value"], variables).strip()
    return _HEADER.sub("", page), status, headers


def octal(raw: bytes) -> str:
    """Bytes as JavaScript octal escapes, the form of chap-id and chap-challenge."""
    return "".join(f"\\{byte:03o}" for byte in raw)


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"></head><body><h1>{title}</h1>{body}</body></html>'
    )


STOCK: dict[str, str] = {
    "login.html": _page(
        "$(identity): log in",
        '$(if error)<p role="alert">$(error)</p>$(endif)'
        '<form method="post" action="$(link-login-only)"><input type="hidden" name="dst" value="$(link-orig)">'
        '<label>User <input name="username" value="$(username)"></label> '
        '<label>Password <input name="password" type="password"></label> <button>Log in</button></form>',
    ),
    "rlogin.html": "$(if http-status == 302)Hotspot login required$(endif)\n"
    '$(if http-header == "Location")$(link-redirect)$(endif)\n'
    + _page("Log in first", '<a href="$(link-redirect)">$(link-redirect)</a>'),
    "redirect.html": "$(if http-status == 302)Hotspot redirect$(endif)\n"
    '$(if http-header == "Location")$(link-redirect)$(endif)\n'
    + _page("Moved", '<a href="$(link-redirect)">$(link-redirect)</a>'),
    "alogin.html": _page(
        "You are logged in",
        '<p><a href="$(link-redirect)">Go on</a> · <a href="$(link-status)">Status</a></p>',
    ),
    "status.html": _page(
        "Welcome $(username)",
        "<dl><dt>Address</dt><dd>$(ip)</dd><dt>Up / down</dt><dd>$(bytes-in-nice) / $(bytes-out-nice)</dd>"
        "<dt>Connected</dt><dd>$(uptime)</dd>$(if session-time-left)<dt>Left</dt><dd>$(session-time-left)</dd>"
        '$(endif)</dl><form method="post" action="$(link-logout)"><button>Log out</button></form>',
    ),
    "logout.html": _page("You are logged out", '<p>$(uptime)</p><p><a href="$(link-login)">Log in</a></p>'),
    "error.html": _page("Hotspot error", '<p role="alert">$(error)</p>'),
}
