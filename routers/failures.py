"""The ways in which a conversation with a router does not work out."""


class DeviceError(Exception):
    """A conversation with a router that did not work out."""


class Unreachable(DeviceError):
    """No connection, or it broke, or the answer took too long."""


class HungUp(Unreachable):
    """The connection was there and is gone."""


class Crowded(Unreachable):
    """The router hangs up before anybody can sign in, as it does when its API has no session left; or we have none."""


class LoginRefused(DeviceError):
    """The router does not know the user, the password or our address."""


class BadReply(DeviceError):
    """What came is no RouterOS API, or more than we are ready to read. What was done on the router is unknown."""


class WrongIdentity(DeviceError):
    """Another router answers than the one that enrolled; it was told nothing. shown is its certificate's SHA-256."""

    def __init__(self, shown: str) -> None:
        super().__init__("Another certificate is shown than the one that the router enrolled with.")
        self.shown = shown


class Trapped(DeviceError):
    """The router said no; message is its own text."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
