"""Run as a program: migrates, makes an ISP with four routers and a few accounts, and prints what a test needs."""

import json
from datetime import UTC, datetime, timedelta

import django

django.setup()

from tenants import migrating, routes, scope  # noqa: E402 - after setup
from tests.conftest import make_isp  # noqa: E402
from tests.factories import make_plan, make_service  # noqa: E402

ADDRESSES = [f"127.0.77.{number}" for number in range(1, 5)]
SECRET = "the-secret-of-all-routers-{}"


def main() -> None:
    now = datetime.now(UTC)
    migrating.migrate_all(lambda _line: None, now)
    isp = make_isp("fault", "Fault Net")
    with scope.inside(isp.schema_name):
        plan = make_plan(validity_seconds=None, devices=9)
        make_service(code="calm", label="calm", kind="account", secret="as-ever", plan=plan)
        service = make_service(code="steady", label="steady", kind="account", secret="as-ever", plan=plan)
        for label, hours in (("soon-over", 2), ("long-over", -2)):
            ends = now + timedelta(hours=hours)
            make_service(
                code=label, label=label, kind="account", secret="as-ever", plan=plan, expires_at=ends
            )
        for number, address in enumerate(ADDRESSES, 1):
            routes.register_nas(
                number,
                address=address,
                secret=SECRET.format(number),
                coa_port=3799,
                require_message_auth=True,
                now=now,
            )
    routers = {address: SECRET.format(number) for number, address in enumerate(ADDRESSES, 1)}
    print(json.dumps({"schema": isp.schema_name, "service": service.pk, "routers": routers}))


if __name__ == "__main__":
    main()
