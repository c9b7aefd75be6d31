"""Peers of the RADIUS figures: pyrad's own server with the users in memory, and one commit per record."""

import sys
import time
from typing import Any

import psycopg2
from pyrad import dictionary, packet, server

import radius


class Peer(server.Server):  # type: ignore[misc]
    """What a plain pyrad server does: check the password, answer; it verifies and stores nothing else."""

    names: set[str]

    def HandleAuthPacket(self, pkt: Any) -> None:  # noqa: N802 - pyrad's name
        name, password = pkt["User-Name"][0], pkt.PwDecrypt(pkt["User-Password"][0])
        reply = self.CreateReplyPacket(pkt)
        reply.code = packet.AccessAccept if name in self.names and password == name else packet.AccessReject
        self.SendReplyPacket(pkt.fd, reply)


def serve(port: int, source: str, secret: str) -> None:
    """Names come on standard input, one a line."""
    words = dictionary.Dictionary(f"{radius.__path__[0]}/dictionary/dictionary")
    peer = Peer(dict=words, authport=port, acctport=port + 1)
    peer.names = {line.strip() for line in sys.stdin}
    peer.hosts[source] = server.RemoteHost(source, secret.encode(), "bench")
    peer.BindToAddress("127.0.0.1")
    print("ready", flush=True)
    peer.Run()


def one_by_one(url: str, count: int) -> float:
    """Records per second when each is an INSERT with its own commit."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_peer (id bigserial PRIMARY KEY, body jsonb)")
        began = time.perf_counter()
        for number in range(count):
            cursor.execute(
                "INSERT INTO bench_peer (body) VALUES (%s)", [f'{{"n": {number}, "name": "{"x" * 300}"}}']
            )
        took = time.perf_counter() - began
        cursor.execute("DROP TABLE bench_peer")
    connection.close()
    return count / took


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2], sys.argv[3])
