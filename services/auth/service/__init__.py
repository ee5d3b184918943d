"""
The use cases of auth, one module each: sessions (who may come in), exports (take everything home), erasures
(leave for good).
"""
