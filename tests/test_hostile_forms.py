"""Every form that the public, the association and units reach bears every text."""

from tests.access.attack import attack_forms


def test_every_form_bears_every_text(world):
    attacked, posts, wrong = attack_forms(world, ("stranger", "staff", "accounts", "unit"))

    print(f"{len(attacked)} forms, {posts} posts")
    assert not wrong, "\n".join(wrong)
    assert len(attacked) >= 60
