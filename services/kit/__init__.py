"""
What all four services share, and only that: settings, errors, the door every call passes, the server
around it, PostgreSQL, durable jobs, page tokens, tokens and their verification. The kit knows no
service by name; something belongs here when two services use it today.
"""

import os

# Read when the libraries load, so they stand before everything else. Subprocesses are started by fork and
# exec: gRPC's fork handlers could only complain, and OpenBLAS's stop its threads, one of which may be at work
# for the recogniser just then and would spin for ever. Our matrices are small: one thread is enough.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
