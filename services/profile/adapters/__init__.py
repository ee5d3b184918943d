"""
One module or package for each neighbour: the extractive analyzer, PostgreSQL, match.
"""
