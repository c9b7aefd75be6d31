"""The one way this launcher says no: a sentence for a person, and an exit code."""


class Trouble(Exception):
    """Something a person has to put right; the text names the variable or the fix."""


class Stopped(BaseException):
    """SIGINT or SIGTERM arrived; not an Exception, so that no step swallows it."""
