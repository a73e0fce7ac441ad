"""Titles: what units, districts, panels, the association and the public see, by subject."""
