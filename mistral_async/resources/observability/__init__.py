"""Observability: judges, datasets, campaigns, evaluations, and the telemetry of what was made."""
