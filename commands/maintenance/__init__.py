"""Verbs about the maintenance of hosts."""
