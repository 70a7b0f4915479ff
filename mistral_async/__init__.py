"""The async client for the Mistral AI API."""
