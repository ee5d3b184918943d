"""
match finds the people for whom it is mutual: they offer what you seek and seek what you offer. It owns
the embeddings, the vector index (always rebuildable from its PostgreSQL schema), the ranking with its
reasons, reactions and connections. It never calls another service or a language model to answer a
request, and it never lets a score, an exclusion or somebody else's user id out.
"""
