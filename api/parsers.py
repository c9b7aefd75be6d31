"""JSON without the holes of JSON: one meaning per text, finite numbers, real Unicode, bounded size and depth."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

LARGEST_BODY = 1024 * 1024
DEEPEST = 16
LONGEST_NUMBER = 18  # digits; everything shorter fits into a signed 64-bit integer
BOM = b"\xef\xbb\xbf"


def _refuse(text: str) -> NoReturn:
    raise ParseError(text, code="bad_json")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("An object has the same name twice.")
    return found


def _integer(text: str) -> int:
    if text == "-0":
        _refuse("-0 is not an integer.")
    if len(text.lstrip("-")) > LONGEST_NUMBER:
        _refuse(f"A number has more than {LONGEST_NUMBER} digits.")
    return int(text)


def _real(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        _refuse("A number is too large.")
    return value


def _check(value: Any) -> None:
    """Depth and characters, without recursion."""
    waiting = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if depth > DEEPEST:
            _refuse(f"The body is nested deeper than {DEEPEST} levels.")
        if isinstance(item, dict):
            waiting.extend((part, depth + 1) for pair in item.items() for part in pair)
        elif isinstance(item, list):
            waiting.extend((part, depth + 1) for part in item)
        elif isinstance(item, str) and not _is_text(item):
            _refuse("A text has half of a surrogate pair or a null character.")


def _is_text(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def read(octets: bytes) -> Any:
    """The value of a JSON text; raises ParseError with a sentence."""
    if len(octets) > LARGEST_BODY:
        raise ParseError("The body is larger than 1 MB.", code="body_too_large")
    if octets.startswith(BOM):
        _refuse("The body begins with a byte order mark.")
    try:
        value = json.loads(
            octets.decode("utf-8"),
            object_pairs_hook=_pairs,
            parse_int=_integer,
            parse_float=_real,
            parse_constant=lambda name: _refuse(f"{name} is not JSON."),
        )
    except UnicodeDecodeError:
        _refuse("The body is not UTF-8.")
    except RecursionError:
        _refuse(f"The body is nested deeper than {DEEPEST} levels.")
    except ValueError as error:
        _refuse(f"The body is not JSON: {error}.")
    _check(value)
    return value


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        charset = (media_type or "").lower().partition("charset=")[2].strip(' "')
        if charset not in {"", "utf-8", "utf8"}:
            _refuse("JSON is UTF-8.")
        return read(stream.read(LARGEST_BODY + 1))
