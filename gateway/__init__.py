"""
The gateway: one Envoy configuration (`envoy.yaml`) in front of the four services, rendered for each environment.
It turns HTTP/JSON into gRPC and back, refuses what is too big, too much or without a valid token, and gives
every error one shape. It holds no business rule and is no trust boundary: each service checks again.
"""
