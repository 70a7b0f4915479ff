"""The objects of the admin API: members, workspaces, groups, keys, spend and logs of an organization."""
