"""Verbs about no one object."""
