"""
The whole system on one machine: PostgreSQL, the AWS emulator, the four services, their workers and the
gateway, started in order and watched, with everything they remember under `.data/`. Nothing here is
imported by a service; a service cannot tell this machine from the cloud except by its settings.
"""
