"""
auth knows who is calling. It verifies Cognito access tokens and says what they prove; it will own
revocation, account state, export and erasure. It never stores profile data, and it is never asked on
another service's request path: every service verifies tokens itself, with the same code.
"""
