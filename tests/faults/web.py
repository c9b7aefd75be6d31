"""Run as a program: what a browser sees of the planted ISP; `sign-in` prints its cookies, `look` asks with them."""

import json
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402 - after setup
from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from tenants import scope  # noqa: E402
from tenants.models import Isp  # noqa: E402
from tests.conftest import HostClient, host_of, sign_in  # noqa: E402

HOST = f"fault.{settings.BASE_DOMAIN}"


def main(what: str, cookie: str = "") -> None:
    browser: Client = HostClient(HOST)
    browser.raise_request_exception = False
    if cookie:
        browser.cookies[settings.SESSION_COOKIE_NAME] = cookie
    if what == "sign-in":
        isp = Isp.objects.get(slug="fault")
        with scope.inside(isp.schema_name):
            owner = User.objects.get(role="owner")
        browser = sign_in(HostClient(host_of(isp)), isp, owner)
    answer = browser.get("/")
    held = browser.cookies.get(settings.SESSION_COOKIE_NAME)
    print(
        json.dumps(
            {
                "status": str(answer.status_code),
                "retry": answer.get("Retry-After", ""),
                "where": answer.get("Location", ""),
                "body": answer.content.decode(errors="replace")[:300],
                "cookie": held.value if held else "",
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
