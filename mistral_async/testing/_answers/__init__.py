"""The answers, one module per group of operations: plain functions from a `Call` to a `Reply`."""
