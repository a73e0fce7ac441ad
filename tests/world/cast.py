"""Who signs in and where: two districts, three schools, two units."""

import time
from dataclasses import dataclass, field

from django.test import Client

from portal.accounts import Grant, User
from portal.encryption import sign
from portal.organizations import Organization
from portal.regions import Region
from portal.roles import MFA_ROLES, Role
from tests.factories import OrganizationFactory, UserFactory

PLACES = ("here", "near", "far")
PASSWORD = "long-enough-for-a-test-2026"

# Who → role, and where it is held: the city, district A or B, or a school or unit at one of the places.
ACTORS = {
    "stranger": None,
    "nobody": (None, None),
    "staff": (Role.STAFF, "city"),
    "accounts": (Role.ACCOUNTS, "city"),
    "security": (Role.SECURITY, "city"),
    "auditor": (Role.AUDITOR, "city"),
    "officer": (Role.DISTRICT, "district here"),
    "officer_b": (Role.DISTRICT, "district far"),
    "head": (Role.DISTRICT_HEAD, "district here"),
    "education": (Role.EDUCATION, "district here"),
    "street": (Role.SUBDISTRICT, "street"),
    "unit": (Role.UNIT, "unit here"),
    "unit_b": (Role.UNIT, "unit far"),
    "school": (Role.SCHOOL, "school here"),
    "school_near": (Role.SCHOOL, "school near"),
    "school_b": (Role.SCHOOL, "school far"),
    "verifier": (Role.SCHOOL_VERIFIER, "school here"),
    "expert": (Role.EXPERT, "city"),
    "guardian": (Role.GUARDIAN, "city"),
    "disabled": (Role.STAFF, "city"),
    "no_mfa": (Role.STAFF, "city"),
}
GIVES_FACTOR = MFA_ROLES | {Role.SCHOOL, Role.SCHOOL_VERIFIER}


@dataclass
class World:
    places: dict[str, Region | Organization] = field(default_factory=dict)
    people: dict[str, User | None] = field(default_factory=dict)
    things: dict[str, dict[str, object]] = field(default_factory=dict)
    secrets: dict[str, set[str]] = field(default_factory=dict)

    def client(self, who: str) -> Client:
        """A browser in which this person is signed in, with a second factor given a moment ago."""
        client = Client()
        person = self.people[who]
        if person is None:
            return client
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session["began"] = session["seen"] = int(time.time())
        if person.authenticator_set.exists():
            session["account_authentication_methods"] = [
                {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
            ]
            session["account_authentication_methods_user"] = str(person.pk)
        session.save()
        if who == "disabled":
            User.objects.filter(pk=person.pk).update(is_active=False)
        return client


def token_of(thing) -> str:
    return sign(str(thing.uuid), purpose="sign_up")


def add_places(world: World) -> None:
    nanshan, futian = Region.objects.get(code="440305000000"), Region.objects.get(code="440304000000")
    world.places |= {
        "city": Region.objects.city(),
        "district here": nanshan,
        "district near": nanshan,
        "district far": futian,
        "street": Region.objects.filter(parent=nanshan).order_by("code").first(),
    }
    for place in PLACES:
        district = world.places[f"district {place}"]
        world.places[f"unit {place}"] = OrganizationFactory(
            region=district, name=f"科普单位{place}", contact=f"联系人{place}", phone="13800138000"
        )
        world.places[f"school {place}"] = OrganizationFactory(region=district, school=True)


def add_people(world: World) -> None:
    for who, post in ACTORS.items():
        if post is None:
            world.people[who] = None
            continue
        role, place = post
        factor = role in GIVES_FACTOR and who != "no_mfa"
        person = UserFactory(username=f"a-{who}", name=f"人员{who}", email=f"{who}@mail.test", mfa=factor)
        if role:
            where = world.places[place]
            at = {"region": where} if isinstance(where, Region) else {"organization": where}
            Grant.objects.create(user=person, role=role, **at)
        world.people[who] = person
