"""Verbs about the projects of docker compose, which are read off the labels of their containers."""
