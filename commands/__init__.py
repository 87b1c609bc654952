"""What the bot can do: one file a verb; the files directly here say how."""
