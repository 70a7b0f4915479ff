"""The admin API: one organization, which all of its groups read and change."""
