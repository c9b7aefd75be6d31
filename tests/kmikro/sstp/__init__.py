"""SSTP and PPP without a socket."""
