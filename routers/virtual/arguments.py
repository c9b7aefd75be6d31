"""Which menus, verbs and arguments a RouterOS version has; facts trimmed from real command trees."""

import json
from functools import cache
from pathlib import Path

from routers.virtual import older

Verbs = dict[str, frozenset[str]]


def parse_version(text: str) -> tuple[int, ...]:
    """`7.20.8 (stable)` is (7, 20, 8)."""
    return tuple(int(part) for part in text.split(" ", maxsplit=1)[0].split("."))


@cache
def _known() -> dict[tuple[int, ...], dict[str, Verbs]]:
    known: dict[tuple[int, ...], dict[str, Verbs]] = {}
    for file in sorted(Path(__file__).parent.glob("arguments*.json")):
        for version, menus in json.loads(file.read_text()).items():
            into = known.setdefault(parse_version(version), {})
            for path, verbs in menus.items():
                into[path] = {verb: frozenset(names.split()) for verb, names in verbs.items()}
    return known


class Commands:
    """The command tree of one version: the newest known tree that is not newer than it."""

    def __init__(self, version: str) -> None:
        wanted = parse_version(version)
        known = _known()
        fitting = [v for v in known if v <= wanted] or [min(known)]
        self.menus = known[max(fitting)]
        if wanted < older.SIX:
            self.menus = older.tree(self.menus)
        self.folders = {"/"}
        for path in self.menus:
            parts = path.strip("/").split("/")
            self.folders.update("/" + "/".join(parts[: i + 1]) for i in range(len(parts)))

    def is_folder(self, path: str) -> bool:
        """Does this path exist as a menu or on the way to one?"""
        return path in self.folders

    def verbs(self, path: str) -> Verbs:
        """The verbs of a menu with their arguments."""
        return self.menus.get(path, {})

    def unknown_word(self, path: str) -> str:
        """The first word of a path at which it leaves the tree."""
        walked = ""
        for part in path.strip("/").split("/"):
            walked = f"{walked}/{part}"
            if walked not in self.folders:
                return part
        return ""
