"""Verbs about lines that live on."""
