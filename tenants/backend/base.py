"""django-tenants' database wrapper, taught that tenants.scope sets the search path once per transaction."""

from typing import Any

from django_tenants.postgresql_backend import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Inside a scope the path was set by SET LOCAL; in public nothing ever moved it: no SET before each query."""

    scope: str | None = None
    managed = False  # tenants.scope has set role and path for the transaction that is open
    _path_moved = False

    def get_new_connection(self, conn_params: Any) -> Any:
        self._path_moved = False
        return super().get_new_connection(conn_params)

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        params["options"] = f"{params.get('options', '')} -c search_path=public".strip()
        return params

    def _handle_search_path(self, cursor: Any = None) -> None:
        if self.managed:
            return
        if self.schema_name == "public" and not self._path_moved:
            return
        self._path_moved = True
        super()._handle_search_path(cursor)
