"""SSTP and the PPP in it, pure: octets and the time go in, octets and events come out ([MS-SSTP], RFC 1661).

We speak it ourselves because what there is starts pppd for each call: that needs /dev/ppp, root and a kernel interface for
each router. A tunnel here carries management alone, so user space is quick enough, and isolates by construction.
"""


class Malformed(Exception):
    """What came is no SSTP or PPP that anybody may send; the call ends. The text never holds what was sent."""
