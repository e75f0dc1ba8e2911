"""The trellis picture: personal goals climb the left side, community goals the right.

Each is as high as it has come.

This computes where everything stands; `goals/_trellis.html` draws it and
writes the same as a table. All measures are in the units of the SVG's view box.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goals.models import Goal
from goals.models.goal import Side
from goals.models.rating import Level

WIDTH, HEIGHT = 320, 260
GROUND, TOP = 232, 36
"""Where the vines root, and the highest rung."""
MOST_VINES = 6
"""On each side. More would not be legible on a phone; the table has them all."""
CENTRE = WIDTH / 2
MARGIN = 22


@dataclass(frozen=True)
class Vine:
    """One goal: its number in the table, its place, how high it reaches (0 to 1) and the same in words."""

    goal: Goal
    number: int
    x: float
    y: float
    path: str
    leaves: list[tuple[float, float, bool]]
    height: float
    attainment: str

    @property
    def is_community(self) -> bool:
        return self.goal.is_community

    @property
    def is_resting(self) -> bool:
        return self.goal.is_resting

    @property
    def is_completed(self) -> bool:
        return self.goal.is_completed

    @property
    def diamond(self) -> str:
        """The tip of a community vine: a diamond, where a personal one has a circle."""
        x, y = self.x, self.y
        return f"M{x:g} {y - 12:g}L{x + 12:g} {y:g}L{x:g} {y + 12:g}L{x - 12:g} {y:g}Z"

    @property
    def label_y(self) -> float:
        return self.y + 4


@dataclass(frozen=True)
class Rung:
    y: float
    label: str

    @property
    def label_y(self) -> float:
        return self.y - 3


@dataclass(frozen=True)
class Trellis:
    """The whole picture; `vines` are drawn, `rows` are all goals, for the table."""

    vines: list[Vine]
    rows: list[Vine]

    width, height, ground, centre = WIDTH, HEIGHT, GROUND, CENTRE
    left, right = MARGIN - 12, WIDTH - MARGIN + 12

    @property
    def left_words(self) -> float:
        return (self.left + self.centre) / 2

    @property
    def right_words(self) -> float:
        return (self.right + self.centre) / 2

    @property
    def words_y(self) -> float:
        return self.ground + 20

    @property
    def rungs(self) -> list[Rung]:
        """The five levels, from the ground up."""
        return [Rung(_y((level + 2) / 4), str(label)) for level, label in Level.choices]

    @property
    def lattice(self) -> str:
        """The slats of the trellis: crossing diagonals behind everything."""
        step, left, right = 30, self.left, self.right
        slats = []
        drop = GROUND - TOP
        x = left - drop
        while x < right:
            slats += [
                _slat(x, drop, left, right, is_rising=True),
                _slat(x, drop, left, right, is_rising=False),
            ]
            x += step
        return "".join(slats)

    @property
    def hidden_count(self) -> int:
        return len(self.rows) - len(self.vines)

    @property
    def summary(self) -> str:
        """The picture in one sentence."""
        if not self.rows:
            return _("Nothing grows here yet.")
        community = sum(vine.is_community for vine in self.rows)
        personal = len(self.rows) - community
        return _("%(personal)s on the left, %(community)s on the right.") % {
            "personal": ngettext("%d personal goal", "%d personal goals", personal) % personal,
            "community": ngettext("%d community goal", "%d community goals", community) % community,
        }


def grow(goals: Iterable[Goal]) -> Trellis:
    """The picture of these goals; those not agreed (proposed, declined, stopped) do not grow.

    Each goal carries `level` (its latest rating or None) and `all_steps`. Without
    a rating it is as high as the share of its steps that is done.
    """
    agreed = [goal for goal in goals if goal.is_agreed]
    personal = [goal for goal in agreed if goal.side == Side.PERSONAL]
    community = [goal for goal in agreed if goal.side == Side.COMMUNITY]
    numbers = {goal.pk: number for number, goal in enumerate([*personal, *community], start=1)}
    rows, drawn = [], []
    for side, (left, right) in (
        (personal, (MARGIN, CENTRE - 18)),
        (community, (CENTRE + 18, WIDTH - MARGIN)),
    ):
        count = min(len(side), MOST_VINES)
        for place, goal in enumerate(side):
            x = left + (right - left) * (min(place, count - 1) + 0.5) / count
            vine = _vine(goal, numbers[goal.pk], round(x, 1))
            rows.append(vine)
            if place < MOST_VINES:
                drawn.append(vine)
    return Trellis(vines=drawn, rows=rows)


def attainment_of(goal: Goal) -> tuple[float, str]:
    """How high (0 to 1) and in words: the latest rating, else the share of steps done."""
    level = getattr(goal, "level", None)
    if level is not None:
        return (level + 2) / 4, words_of(goal, level)
    steps = [step for step in getattr(goal, "all_steps", []) if step.is_counted]
    done = sum(step.is_done for step in steps)
    if not steps:
        return 0.0, _("Just planted")
    words = ngettext("%(done)d of %(count)d step done", "%(done)d of %(count)d steps done", len(steps))
    return done / len(steps), words % {"done": done, "count": len(steps)}


def words_of(goal: Goal, level: int) -> str:
    """What this level looks like in the person's life; where nobody has described it, its name."""
    scale = goal.scale_or_none
    return scale.description_of(level) if scale else str(Level(level).label)


def _y(height: float) -> float:
    return round(GROUND - height * (GROUND - TOP), 1)


def _vine(goal: Goal, number: int, x: float) -> Vine:
    """A stem that sways a little from the ground to its height, with a leaf at each bend."""
    height, attainment = attainment_of(goal)
    y = min(_y(height), GROUND - 14)
    bends = max(1, round((GROUND - y) / 40))
    reach = (GROUND - y) / bends
    path, leaves = f"M{x:g} {GROUND}", []
    for bend in range(bends):
        start, end = GROUND - bend * reach, GROUND - (bend + 1) * reach
        sway = 7 if bend % 2 else -7
        path += f"C{x + sway:g} {start - reach / 3:.1f} {x + sway:g} {end + reach / 3:.1f} {x:g} {end:.1f}"
        if bend < bends - 1 or bends == 1:
            leaves.append((x + sway * 0.75, round((start + end) / 2, 1), bool(bend % 2)))
    return Vine(goal, number, x, y, path, leaves, height, attainment)


def _slat(x: float, drop: float, left: float, right: float, *, is_rising: bool) -> str:
    """One diagonal slat, cut where the frame ends."""
    start, end = max(x, left), min(x + drop, right)
    if end <= start:
        return ""
    low, high = start - x, end - x
    if is_rising:
        return f"M{start:g} {GROUND - low:g}L{end:g} {GROUND - high:g}"
    return f"M{start:g} {TOP + low:g}L{end:g} {TOP + high:g}"
