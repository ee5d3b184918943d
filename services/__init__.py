"""
The four services of Timbre and the kit they share. Services meet only on the wire: `services/x`
imports `services.kit` and the generated `timbre.*`, never another service.
"""
