"""`make fuzz`: inputs that nobody thought of, sent to whatever reads what people, Slack and files say."""
