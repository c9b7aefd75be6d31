"""Listening for the API: follows /ip/service, so that a closed or moved service is closed or moved."""

import socket
import threading
from collections.abc import Callable

from routers.virtual import firewall
from routers.virtual.device import Device
from routers.virtual.session import ApiSession, allowed


class ApiDoor:
    """The API service on the router's address; changes reach new connections only."""

    def __init__(self, device: Device, port: int) -> None:
        self.device = device
        self.port = port
        self.sessions: list[ApiSession] = []
        self.on_end: list[Callable[[ApiSession], None]] = []
        self._listener: socket.socket | None = None
        self._dropped: list[socket.socket] = []
        self._lock = threading.Lock()
        device.on_change.append(self.follow)

    def start(self) -> None:
        """Bind and write the real port into /ip/service."""
        self._open(self.port)
        row = self.device.tree.find("/ip/service", name="api")
        if row is not None:
            row["port"] = str(self.port)
            self.follow("/ip/service")

    def stop(self) -> None:
        """Close the listener and every connection."""
        self._close()
        for session in list(self.sessions):
            session.close()
        for connection in self._dropped:
            connection.close()

    def follow(self, path: str) -> None:
        """Open, close or move the listener after a change of /ip/service."""
        row = self.device.tree.find("/ip/service", name="api")
        if path != "/ip/service" or row is None:
            return
        if row.get("disabled") == "true":
            self._close()
        elif self._listener is None or int(row["port"]) != self.port:
            self._close()
            self._open(int(row["port"]))

    def _open(self, port: int) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.device.address, port))
        except OSError:
            listener.close()
            raise
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True, name="api").start()

    def _close(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            try:
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listener.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, peer = listener.accept()
            except OSError:
                return
            row = self.device.tree.find("/ip/service", name="api") or {}
            full = len(self.sessions) >= int(row.get("max-sessions", "20"))
            if full or not allowed(peer[0], row.get("address", "")):
                connection.close()
                continue
            verdict = firewall.verdict(self.device, peer[0], "tcp", self.port)
            if verdict != "accept":
                # The system has shaken hands already, so a dropped caller meets silence here and not at connect.
                self._dropped = [*self._dropped[-99:], connection]
                if verdict == "reject":
                    connection.close()
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            session = ApiSession(self.device, connection, peer[0], self.port)
            with self._lock:
                self.sessions.append(session)
            threading.Thread(target=self._serve, args=(session,), daemon=True).start()

    def _serve(self, session: ApiSession) -> None:
        try:
            session.serve()
        finally:
            with self._lock:
                self.sessions.remove(session)
            if session.caller is not None:
                who = session.caller.user
                self.device.log("system,info,account", f"user {who} logged out from {session.peer} via api")
                for ended in self.on_end:
                    ended(session)
