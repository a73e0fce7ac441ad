"""Pages of the youth science credits, by subject."""
