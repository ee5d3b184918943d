"""
auth knows who is calling and whether they still may. It keeps the list of revocations that every service
watches, lets people take home what Timbre holds of them (export), and sees to it that nothing of a user is
left (erasure). It never stores profile data, and it is on no other service's request path: every service
verifies tokens itself, with the same code, against the list as it last heard it.
"""
