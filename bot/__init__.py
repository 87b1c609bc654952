"""Who may, from where, written down where: everything around a command."""
