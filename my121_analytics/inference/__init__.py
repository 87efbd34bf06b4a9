"""Statistics with no HR in them."""
