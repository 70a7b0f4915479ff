"""Workflows: what runs them, and what they did."""
