"""`docker approval`: what waits for other people's consent."""
