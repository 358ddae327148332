"""Who does an act: a person in one post, on one day."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in one post. `counts_as`: the kinds of post that it stands for, its own included.

    `contact_units`: the units that the post covers by contact duty (联村, 联组, 联片, 联户).
    `deputizes_for`: people who are away on the day and whose tasks the person does meanwhile.
    `sees_below`: the scope reaches everything below the unit; False for grid workers and household leaders.
    """

    person_id: int
    person_code: str
    name: str
    post_id: int
    post_code: str
    post_kind: str
    post_title: str
    counts_as: frozenset[str]
    unit_id: int
    unit_code: str
    unit_name: str
    contact_units: tuple[int, ...] = ()
    sees_below: bool = True
    deputizes_for: frozenset[int] = frozenset()

    @property
    def label(self) -> str:
        """As the trail and people name it: name and post."""
        return f"{self.name}（{self.post_title}）"

    @property
    def sees(self) -> frozenset[int]:
        """The units on which the scope stands: the post's own and those of its contact duties."""
        return frozenset({self.unit_id, *self.contact_units})

    @property
    def hands(self) -> frozenset[int]:
        """Whose tasks the actor has: the person's own, and those of people who are away."""
        return frozenset({self.person_id, *self.deputizes_for})

    @property
    def code(self) -> str:
        """As `--as` takes it."""
        return f"{self.person_code}:{self.post_code}"
