"""What `container create` and `container run` need to make a container: their flags by subject, and the request."""
