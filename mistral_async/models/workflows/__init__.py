"""The objects of workflows: what runs them, and what they did."""
