"""Programs written for `mistralai`, changed to `mistral_async.compat`: source, notebooks, and lists of requirements."""
