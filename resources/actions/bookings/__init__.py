"""Bookings: asked for, answered, moved, held, reported. Owner and asker never hold one time twice."""

from resources.actions.bookings.answering import (
    accept,
    agree,
    declare_terms,
    decline,
    propose,
    release,
    take_back,
)
from resources.actions.bookings.asking import (
    MOST_AT_ONCE,
    Wish,
    WishRefused,
    assign,
    offer,
    reassign,
    request,
)
from resources.actions.bookings.clock import escalate, lapse, remind
from resources.actions.bookings.holding import VISITOR, lock_need
from resources.actions.bookings.outcome import add_proof, rate, report
from resources.actions.bookings.telling import said

__all__ = [
    "MOST_AT_ONCE",
    "VISITOR",
    "Wish",
    "WishRefused",
    "accept",
    "add_proof",
    "agree",
    "assign",
    "declare_terms",
    "decline",
    "escalate",
    "lapse",
    "lock_need",
    "offer",
    "propose",
    "rate",
    "reassign",
    "release",
    "remind",
    "report",
    "request",
    "said",
    "take_back",
]
