"""Pages of the resources, by subject."""
