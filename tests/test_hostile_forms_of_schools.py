"""Every form that districts, schools and families reach bears every text: a file for a second worker."""

from tests.access.attack import attack_forms


def test_every_form_bears_every_text(world):
    attacked, posts, wrong = attack_forms(world, ("officer", "education", "school", "verifier", "guardian"))

    print(f"{len(attacked)} forms, {posts} posts")
    assert not wrong, "\n".join(wrong)
    assert len(attacked) >= 75
