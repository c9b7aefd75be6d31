"""Run as a program: sends what is no RADIUS from one address as fast as asked; prints how many in how many seconds."""

import os
import socket
import sys
import time

PER_SECOND = 50_000


def main(address: str, port: str, seconds: str) -> None:
    pieces = [os.urandom(size) for size in (3, 20, 48, 200)]
    pieces += [b"\x01\x07\x00\x2a" + os.urandom(38)]  # a header that is right, and nothing else
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((address, 0))
        wire.connect(("127.0.0.1", int(port)))
        sent, began, ends = 0, time.monotonic(), time.monotonic() + float(seconds)
        while (now := time.monotonic()) < ends:
            due = int((now - began) * PER_SECOND)
            for _ in range(min(500, max(0, due - sent))):
                try:
                    wire.send(pieces[sent % len(pieces)])
                except OSError:  # the other end is full or gone; it counts as sent
                    pass
                sent += 1
        print(sent, time.monotonic() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
