"""Cache keys and values that cannot cross tenants or carry code."""

import json
from typing import Any

from kmikro.lib import here


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """Every cache entry belongs to the schema in which it was made."""
    return f"{key_prefix}:{here.schema()}:{version}:{key}"


class JsonSerializer:
    """JSON instead of pickle; integers stay integers so that incr works."""

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        pass

    def dumps(self, value: Any) -> Any:
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)
