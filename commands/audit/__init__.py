"""Verbs about the record."""
