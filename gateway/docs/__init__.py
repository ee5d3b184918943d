"""
The page at `/docs`: the OpenAPI document for people to read. One HTML file without scripts and without anything from
elsewhere, so that it works offline and under a policy that allows nothing.
"""
