"""Handlers, one module per group of operations: plain functions from a `FakeCall` to a `Reply`."""
