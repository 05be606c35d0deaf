"""Each file in `versions/` brings a database one step further."""
