"""Verbs about what builds keep."""
