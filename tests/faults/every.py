"""All faults, in the order in which they are run."""

from tests.faults import (
    clocks,
    crowd,
    databases,
    disks,
    isps,
    kills,
    networks,
    queues,
    records,
    soak,
    tunnels,
    workers,
)
from tests.faults.catalogue import FAULTS, Fault

MODULES = (databases, queues, workers, networks, records, clocks, disks, soak, crowd, isps, tunnels, kills)


def _place(name: str) -> tuple[int, str]:
    return (int(name[1:]), "") if name[1:].isdigit() else (1000, name)


ALL: list[Fault] = sorted(FAULTS.values(), key=lambda each: _place(each.name))
