"""What is otherwise on RouterOS 6: pages that only the router can make, its clock, and what it does not have."""

import ipaddress
from collections.abc import Iterable, Sequence

from kmikro.lib.refusal import Refusal
from routers import plan
from routers.facts import Facts, version_of
from routers.offers import Offer
from routers.rows import Row

_NEW_QUEUES = frozenset({"cake", "fq-codel"})
SERVER_PROFILE = "/ip/hotspot/profile"


def is_six(facts: Facts) -> bool:
    return (0, 0, 0) < version_of(facts.version) < (7, 0, 0)


def pages(made: Sequence[Row], facts: Facts, folder: str) -> list[Row]:
    """Our pages where the router has made them, and what it made beside them, which stays as it is.

    Nothing can add a file to RouterOS 6 over the API. With a hotspot profile it makes the profile's folder with its
    own pages by itself; those can be written then. What it does not make again is refused with the fix.
    """
    listed = (row.values for row in facts.of("/file") if row.values.get("type") != "directory")
    names = (values.get("name", "") for values in listed)
    there = {name.removeprefix(f"{folder}/") for name in names if name.startswith(f"{folder}/")}
    wanted = [row.key for row in made if row.path == "/file"]
    missing = [key for key in wanted if key not in there]
    if missing and _has_profile(facts, folder):
        raise Refusal(
            "no_page",
            f"The router's page {folder}/{missing[0]} is not there, and nobody can add one to RouterOS 6 from here. Type "
            f"/ip hotspot reset-html in its terminal for our hotspot, then compare again.",
        )
    stock = [Row("/file", key, {"name": f"{folder}/{key}"}) for key in sorted(there - set(wanted))]
    return [row for row in made if row.path != "/file" or row.key in there] + stock


def _has_profile(facts: Facts, folder: str) -> bool:
    return any(row.values.get("html-directory") == folder for row in facts.of(SERVER_PROFILE))


def goes_on(facts: Facts, left: Iterable[plan.Step]) -> bool:
    """Whether what is left are pages that the router has made only now."""
    return is_six(facts) and all(isinstance(step, plan.Set) and step.row.path == "/file" for step in left)


def clock(servers: str) -> Row:
    """Time servers: two addresses have places of their own, names stand together."""
    listed = [each for each in servers.split(",") if each]
    addresses = [each for each in listed if _is_address(each)]
    names = [each for each in listed if not _is_address(each)]
    first, second = (*addresses, "0.0.0.0", "0.0.0.0")[:2]
    values = {"primary-ntp": first, "secondary-ntp": second, "server-dns-names": ",".join(names)}
    return Row("/system/ntp/client", "", {"enabled": "true", **values})


def _is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def check(offers: Iterable[Offer], facts: Facts) -> None:
    """Refuse offers that RouterOS 6 cannot make."""
    for offer in offers:
        if offer.kind == "queue_type" and offer.has("discipline") in _NEW_QUEUES and is_six(facts):
            raise Refusal(
                "old_version",
                f"{offer.key}: RouterOS {facts.version} has no {offer.has('discipline')}. Choose sfq or pcq, or upgrade "
                "the router to 7.",
            )
