"""The launcher under bin/stack: its modules one by one, and once for real."""
