"""The admin API: members, workspaces, groups, keys, spend and logs of an organization. It takes a key of its own."""
