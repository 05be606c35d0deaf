"""How good and how fast plans are found, here and by others."""
