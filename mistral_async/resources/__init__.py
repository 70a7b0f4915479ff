"""The endpoints, one module a group: short methods that describe requests, and the methods that use the machinery.

Knows everything below the clients; the clients find a group here when it is first used.
"""
