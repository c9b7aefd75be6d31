"""Brings K-Mikro up on a bare machine; standard library only, because it runs before any package is installed."""
