"""How `app.migrate` works inside: yoyo for structure, checksums for functions and policies."""
