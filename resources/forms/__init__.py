"""What people type about resources, by subject."""
