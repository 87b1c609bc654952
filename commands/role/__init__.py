"""`docker role`: what people may do, and for how long."""
