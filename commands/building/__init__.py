"""How images are built: contexts, Dockerfiles, what a build fetches, and what the engine says of its steps."""
