"""HTTP/1.1 on trio: a wire of one run and its connections."""
