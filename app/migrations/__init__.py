"""Structure by yoyo, functions and policies by checksum; `migrate` is what commands call."""
