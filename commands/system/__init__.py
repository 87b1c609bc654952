"""Verbs about the engine."""
