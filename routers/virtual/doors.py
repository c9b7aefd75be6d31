"""Listening for the API and its TLS twin: follows /ip/service, so that a closed or moved service is closed or moved."""

import socket
import ssl
import threading
from collections.abc import Callable

from routers.virtual import certificates, firewall
from routers.virtual.device import Device
from routers.virtual.session import ApiSession, allowed

HANDSHAKE = 5.0


class ApiDoor:
    """One API service on all addresses of the router; changes reach new connections only."""

    def __init__(self, device: Device, port: int, service: str = "api") -> None:
        self.device = device
        self.port = port
        self.service = service
        self.sessions: list[ApiSession] = []
        self.most = 0  # connections at one time since power-on
        self.on_end: list[Callable[[ApiSession], None]] = []
        self._listeners: dict[str, socket.socket] = {}
        self._dropped: list[socket.socket] = []
        self._lock = threading.Lock()
        device.on_change.append(self.follow)

    @property
    def secure(self) -> bool:
        """Whether it speaks TLS."""
        return self.service == "api-ssl"

    def start(self) -> None:
        """Bind and write the real port into /ip/service."""
        row = self._row()
        if row.get("disabled") == "true":
            return
        self._open(self.device.address, self.port)
        row["port"] = str(self.port)
        self.follow("/ip/service")

    def stop(self) -> None:
        """Close the listeners and every connection."""
        self._close()
        for session in list(self.sessions):
            session.close()
        for connection in self._dropped:
            connection.close()

    def follow(self, path: str) -> None:
        """Open, close or move the listeners after a change of /ip/service or of the router's addresses."""
        if path not in ("/ip/service", "/ip/address"):
            return
        row = self._row()
        if not row or row.get("disabled") == "true":
            self._close()
            return
        if self._listeners and int(row["port"]) != self.port:
            self._close()
        if not self._listeners:
            self._open_first(row)
        wanted = self.device.addresses()
        for address in set(self._listeners) - set(wanted):
            _shut(self._listeners.pop(address))
        for address in wanted:
            if address not in self._listeners:
                self._open(address, self.port)

    def _open_first(self, row: dict[str, str]) -> None:
        try:
            self._open(self.device.address, int(row["port"]))
        except OSError:
            if not self.secure:
                raise
            self._open(self.device.address, 0)  # another program has 8729 on this host
            row["port"] = str(self.port)

    def _row(self) -> dict[str, str]:
        return self.device.tree.find("/ip/service", name=self.service) or {}

    def _open(self, address: str, port: int) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
        except OSError:
            listener.close()
            raise
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self._listeners[address] = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True, name=self.service).start()

    def _close(self) -> None:
        listeners, self._listeners = list(self._listeners.values()), {}
        for listener in listeners:
            _shut(listener)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, peer = listener.accept()
            except OSError:
                return
            row = self._row()
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
                self.most = max(self.most, sum(not each.over for each in self.sessions))
            threading.Thread(target=self._serve, args=(session,), daemon=True).start()

    def _serve(self, session: ApiSession) -> None:
        try:
            if self.secure:
                session.connection = self._secured(session.connection)
            session.serve()
        except OSError:  # no handshake
            session.connection.close()
        finally:
            with self._lock:
                self.sessions.remove(session)
            if session.caller is not None:
                who = session.caller.user
                self.device.log("system,info,account", f"user {who} logged out from {session.peer} via api")
                for ended in self.on_end:
                    ended(session)

    def _secured(self, connection: socket.socket) -> socket.socket:
        context = certificates.serving(self.device, self._row().get("certificate", ""))
        if context is None:  # RouterOS offers anonymous keys here, which nobody should take
            raise ssl.SSLError("no certificate")
        connection.settimeout(HANDSHAKE)
        secured = context.wrap_socket(connection, server_side=True)
        secured.settimeout(None)
        return secured


def _shut(listener: socket.socket) -> None:
    try:
        listener.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    listener.close()
