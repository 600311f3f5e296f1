"""What a caller sends, read strictly: bodies, free text, where it came from."""
