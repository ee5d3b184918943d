"""
match's neighbours, one file each: PostgreSQL, the two kinds of vector index, the embedder.
"""
