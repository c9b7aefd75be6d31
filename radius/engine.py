"""Exchanges of one worker: what was asked, what is being answered, and which octets went out for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from radius import wire
from radius.events import Ask, Drop, Nas, Port, Resend, Source, StatusRequest, Verdict

KEPT = 10.0  # seconds from the question; RFC 5080, section 2.2.2 says 5 to 30
MOST = 16_384  # exchanges in all
MOST_IN_FLIGHT = 256  # unanswered, of one router
MOST_STATUS = 10  # Status-Server a second, of one source
Read = Callable[[bytes, Nas, Source, Port, float], Ask | Drop]
Write = Callable[[Ask, Verdict], bytes]


class _Exchange:
    __slots__ = ("asked_at", "authenticator", "is_gone", "key", "ready_at", "reply", "shelf")

    def __init__(self, key: int, authenticator: bytes, now: float, shelf: _Shelf) -> None:
        self.key = key
        self.authenticator = authenticator
        self.asked_at = now
        self.reply: bytes | None = None
        self.ready_at = now
        self.is_gone = False
        self.shelf = shelf


class _Shelf:
    """The exchanges of one router by port and identifier, oldest first, and how many of them wait for their answer."""

    __slots__ = ("exchanges", "waiting")

    def __init__(self) -> None:
        self.exchanges: dict[int, _Exchange] = {}
        self.waiting = 0

    def remove(self, exchange: _Exchange) -> None:
        del self.exchanges[exchange.key]
        exchange.is_gone = True
        self.waiting -= exchange.reply is None

    def oldest_answered(self) -> _Exchange | None:
        return next((each for each in self.exchanges.values() if each.reply is not None), None)


class Engine:
    """Octets in, questions out; verdicts in, octets out. Time is an argument; one worker, so no lock.

    `now` is monotonic seconds throughout; `received_at` is unix seconds, for the records.
    """

    def __init__(
        self,
        *,
        most: int = MOST,
        most_in_flight: int = MOST_IN_FLIGHT,
        read: Read = wire.read,
        write: Write = wire.write,
    ) -> None:
        self._read, self._write = read, write
        self._most = most
        self._most_in_flight = most_in_flight
        self._shelves: dict[str, _Shelf] = {}
        self._ages: deque[_Exchange] = deque()
        self._count = 0
        self._status: dict[str, tuple[int, int]] = {}

    def __len__(self) -> int:
        return self._count

    def receive(
        self, datagram: bytes, nas: Nas, source: Source, port: Port, now: float, received_at: float
    ) -> Ask | Resend | Drop:
        """What to do with a datagram of a known router. One whose signature is wrong touches nothing."""
        ask = self._read(datagram, nas, source, port, received_at)
        if type(ask) is Drop:
            return ask
        assert type(ask) is Ask
        question = ask.question
        if type(question) is StatusRequest:
            return ask if self._may_ask_status(source[0], now) else Drop("status_flood")
        self._forget_old(now)
        shelf = self._shelves.get(source[0])
        if shelf is None:
            shelf = self._shelves[source[0]] = _Shelf()
        authenticator = question.authenticator
        key = source[1] << 9 | question.identifier << 1 | (port is Port.ACCT)
        known = shelf.exchanges.get(key)
        if known is not None:
            if known.authenticator == authenticator:
                if known.reply is None or now < known.ready_at:
                    return Drop("in_progress")
                return Resend(known.reply)
            self._remove(known)
        if shelf.waiting >= self._most_in_flight:
            return Drop("router_busy")
        if self._count >= self._most and not self._make_room(shelf):
            return Drop("full")
        exchange = shelf.exchanges[key] = ask.exchange = _Exchange(key, authenticator, now, shelf)
        shelf.waiting += 1
        self._ages.append(exchange)
        self._count += 1
        return ask

    def answer(self, ask: Ask, verdict: Verdict, now: float, *, hold: float = 0.0) -> bytes:
        """The reply to a question. With `hold` it will leave that many seconds later, resent not before."""
        reply = self._write(ask, verdict)
        exchange = ask.exchange
        if exchange is not None and not exchange.is_gone:
            if exchange.reply is None:
                exchange.shelf.waiting -= 1
            exchange.reply = reply
            exchange.ready_at = now + hold
        return reply

    def forget(self, ask: Ask) -> None:
        """Settling failed: the retransmission shall be asked anew."""
        if ask.exchange is not None and not ask.exchange.is_gone:
            self._remove(ask.exchange)

    def leave(self, source: str) -> None:
        """A connection has ended: what was asked on it is asked anew on another one, if at all (RFC 6613, 2.6.1)."""
        shelf = self._shelves.pop(source, None)
        if shelf is not None:
            for exchange in shelf.exchanges.values():
                exchange.is_gone = True
            self._count -= len(shelf.exchanges)
        self._status.pop(source, None)

    def _remove(self, exchange: _Exchange) -> None:
        exchange.shelf.remove(exchange)
        self._count -= 1

    def _make_room(self, shelf: _Shelf) -> bool:
        """Let the router that asks lose its own oldest answer; one with none takes from the greediest."""
        oldest = shelf.oldest_answered()
        if oldest is None:
            shelf = max(self._shelves.values(), key=lambda each: len(each.exchanges))
            oldest = shelf.oldest_answered()
        if oldest is None:
            return False
        self._remove(oldest)
        return True

    def _forget_old(self, now: float) -> None:
        ages = self._ages
        while ages and (ages[0].is_gone or now - ages[0].asked_at >= KEPT):
            exchange = ages.popleft()
            if not exchange.is_gone:
                self._remove(exchange)
        if len(ages) > 2 * self._count + 1024:  # identifiers asked again and again leave their dead behind
            self._ages = deque([each for each in ages if not each.is_gone])

    def _may_ask_status(self, address: str, now: float) -> bool:
        second, count = self._status.get(address, (-1, 0))
        count = count + 1 if second == int(now) else 1
        self._status[address] = (int(now), count)
        return count <= MOST_STATUS
