"""Handlers of observability: what they see are the chats that were made on this server."""
