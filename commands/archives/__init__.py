"""Files that move into containers and images and out of them, and the archives that they travel in."""
