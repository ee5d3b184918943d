"""
What match does, one module a use case: profiles arrive, matches are listed and met, sentences are answered,
people are blocked and reported, weights learn, clips are found, users leave.
"""
