"""Run as a program: one more ISP with one router."""

import json
from datetime import UTC, datetime

import django

django.setup()

from tenants import routes, scope  # noqa: E402 - after setup
from tests.conftest import make_isp  # noqa: E402

ADDRESS, SECRET = "127.0.78.1", "the-secret-of-the-neighbour"


def main() -> None:
    isp = make_isp("neighbour", "Neighbour Net")
    with scope.inside(isp.schema_name):
        routes.register_nas(
            1,
            address=ADDRESS,
            secret=SECRET,
            coa_port=3799,
            require_message_auth=True,
            now=datetime.now(UTC),
        )
    print(json.dumps({"schema": isp.schema_name, "address": ADDRESS, "secret": SECRET}))


if __name__ == "__main__":
    main()
