"""A small Shenzhen with everybody who signs in: two districts, three schools, two units, and their records.

Records stand at three places: `here` (district A, first school or unit), `near` (same district, another
school or unit) and `far` (district B). Who is at which of them stands in cast.py.
"""

from portal.regions import load
from tests.world.cast import ACTORS, PASSWORD, PLACES, World, add_people, add_places, token_of
from tests.world.indicators import add_index, add_statistics
from tests.world.outreach import (
    add_coordination,
    add_funds,
    add_library,
    add_self_checks,
    add_supervision,
    add_tasks,
    add_titles,
)
from tests.world.resources import add_census, add_needs, add_parts, add_records, add_works
from tests.world.youth_credits import add_children, add_rare_papers

__all__ = ["ACTORS", "PASSWORD", "PLACES", "World", "build", "complete", "token_of"]


def build() -> World:
    load()
    world = World()
    add_places(world)
    add_people(world)
    add_records(world)
    add_needs(world)
    add_census(world)
    add_titles(world)
    add_works(world)
    add_supervision(world)
    add_tasks(world)
    add_funds(world)
    add_coordination(world)
    add_self_checks(world)
    add_library(world)
    add_statistics(world)
    add_children(world)
    add_parts(world)
    return world


def complete(world: World) -> World:
    """With what only those need who ask for each page by its name: an index and what follows from it, rules
    and forms to come, what is rare in a child's record."""
    add_index(world)
    add_rare_papers(world)
    return world
