"""Verbs about the nightly cleanup."""
