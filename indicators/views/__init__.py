"""Pages of statistics and index, by subject."""
