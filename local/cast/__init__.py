"""The demo cast: fictional people, what they say, and its recordings. Data, and the recipe that made the recordings."""
