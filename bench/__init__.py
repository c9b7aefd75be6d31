"""Benchmarks: figures with a peer in the same run, printed as JSON. Tests never assert wall time."""
