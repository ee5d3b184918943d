"""
One file per neighbour of auth: its own tables (revocations, exports, erasures) and their news, Cognito, the
bucket of exports, and the services that hold data of users.
"""
