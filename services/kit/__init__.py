"""
What all four services share, and only that: settings, errors, the door every call passes, the server
around it, PostgreSQL, durable jobs, page tokens, tokens and their verification. The kit knows no
service by name; something belongs here when two services use it today.
"""

import os

# Subprocesses are started by fork and exec; gRPC's fork handlers could only complain. Read when gRPC loads.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
