"""The addresses of the page. Each view asks `PERMISSIONS` for the operation over REST that does the same."""
