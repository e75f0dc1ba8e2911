"""What a file of FHIR R4 holds for a plan: everything that is wrong with it is found first, each by its path.

`fhir.resources` (R4B, which has the same Goal and CarePlan as R4) says whether
a resource is one; it leaves the codes unchecked, and what a word may hold here
is our own to say.
"""

import json
import unicodedata
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.careplan import CarePlan
from fhir.resources.R4B.goal import Goal as FhirGoal
from pydantic import BaseModel, ValidationError

from goals.fhir.drafts import GoalDraft, PlanDraft, Reading, ScaleDraft, StepDraft
from goals.fhir.terms import ACHIEVEMENT, MIX, REVIEW, SCALE, SIDE, UNITS, Identity, is_own
from goals.fhir.values import LONGEST_TEXT, Json, Values, not_carried
from goals.models.goal import Achievement, Lifecycle, Side
from goals.models.plan import Rhythm, Tolerance
from goals.models.rating import Level
from goals.models.rhythm import MOST_TIMES, Often
from goals.models.scale import LONGEST, Difficulty, Importance

MOST_BYTES = 500_000
DEEPEST = 20
MOST_GOALS, MOST_STEPS = 200, 1000
BROUGHT = (Lifecycle.PROPOSED, Lifecycle.PLANNED, Lifecycle.ACCEPTED, Lifecycle.ACTIVE, Lifecycle.ON_HOLD,
           Lifecycle.COMPLETED)  # fmt: skip
"""What was declined or stopped elsewhere is not asked about again."""
OPEN_STEPS = {"not-started", "scheduled", "in-progress", "on-hold", "unknown"}
LEFT_STEPS = {"cancelled", "stopped", "entered-in-error"}
PLANS = {"draft", "active", "on-hold", "revoked", "completed", "unknown"}
INTENTS = {"proposal", "plan", "order", "option"}
BUNDLES = {"document", "message", "transaction", "transaction-response", "batch", "batch-response", "history",
           "searchset", "collection"}  # fmt: skip
FRAME = {
    "resourceType",
    "id",
    "meta",
    "implicitRules",
    "language",
    "text",
    "contained",
    "identifier",
    "subject",
}
OF_GOAL = FRAME | {"extension", "lifecycleStatus", "achievementStatus", "category", "description", "target",
                   "statusDate", "expressedBy", "note"}  # fmt: skip
OF_PLAN = FRAME | {"extension", "status", "intent", "title", "description", "period", "goal", "activity"}


def read(content: bytes) -> Reading:
    """What is in the file. Never raises for what it holds: what is wrong is in `problems`."""
    reader = _Reader()
    reader.read(content)
    return reader.reading


class _Reader(Values):
    def __init__(self) -> None:
        super().__init__()
        self.drafts: dict[str, GoalDraft] = {}
        """Goals by each name they can be referred to by."""
        self.identities: dict[Identity, str] = {}
        self.step_count = 0

    # --- the file -------------------------------------------------------------

    def read(self, content: bytes) -> None:
        if len(content) > MOST_BYTES:
            self.problem("", _("The file is larger than 500 kB."))
            return
        root = self._json(content)
        if root is None:
            return
        kind = root.get("resourceType")
        if kind == "Bundle":
            resources = self._bundle(root)
        elif kind in ("CarePlan", "Goal"):
            resources = [(str(kind), "", root)]
        else:
            self.problem("resourceType", _("This must be “Bundle”, “CarePlan” or “Goal”."))
            return
        plans = [each for each in resources if each[2].get("resourceType") == "CarePlan"]
        goals = [each for each in resources if each[2].get("resourceType") == "Goal"]
        for path, _full_url, plan in plans:
            for place, inside in self.dicts(plan, "contained", path):
                if inside.get("resourceType") == "Goal":
                    goals.append((place, f"#{inside.get('id')}", inside))
        for path, _full_url, _plan in plans[1:]:
            self.problem(path, _("The file holds more than one plan. Bring them in one by one."))
        if len(goals) > MOST_GOALS:
            self.problem("", _("The file holds more than %(most)s goals.") % {"most": MOST_GOALS})
            return
        if not plans and not goals:
            self.problem("", _("There is no plan and no goal in this file."))
        for path, full_url, goal in goals:
            self._goal(path, full_url, goal)
        for path, _full_url, plan in plans[:1]:
            self._plan(path, plan)

    def _json(self, content: bytes) -> Json | None:
        try:
            root = json.loads(
                content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant
            )
        except (ValueError, RecursionError) as error:
            where = f" ({error})" if isinstance(error, json.JSONDecodeError) else ""
            self.problem("", _("This is not JSON that can be read.") + where)
            return None
        if not isinstance(root, dict):
            self.problem("", _("The file must hold one FHIR resource."))
            return None
        waiting: list[tuple[object, int]] = [(root, 1)]
        while waiting:
            value, depth = waiting.pop()
            if depth > DEEPEST:
                self.problem("", _("The file is nested too deeply."))
                return None
            if isinstance(value, str) and not _is_plain(value):
                self.problem("", _("The file holds characters that cannot be seen or stored."))
                return None
            if isinstance(value, dict):
                waiting += [(each, depth + 1) for pair in value.items() for each in pair]
            elif isinstance(value, list):
                waiting += [(each, depth + 1) for each in value]
        return root

    def _bundle(self, bundle: Json) -> list[tuple[str, str, Json]]:
        """The resources in it, each with its path and the address it is referred to by."""
        self.code("Bundle.type", bundle.get("type"), BUNDLES)
        found = []
        shell = dict(bundle)
        if isinstance(bundle.get("entry"), list):
            shell["entry"] = [
                {name: value for name, value in entry.items() if name != "resource"} or {"fullUrl": "urn:x"}
                if isinstance(entry, dict)
                else entry
                for entry in bundle["entry"]
            ]
        self._check(Bundle, shell, "Bundle")
        for path, entry in self.dicts(bundle, "entry", "Bundle"):
            resource = entry.get("resource")
            if resource is None:
                continue
            if not isinstance(resource, dict):
                self.problem(f"{path}.resource", _("This must be a resource."))
            elif resource.get("resourceType") in ("CarePlan", "Goal"):
                found.append((f"{path}.resource", str(entry.get("fullUrl", "")), resource))
            else:
                self.leave(f"{path}.resource", _("It is neither a plan nor a goal."))
        return found

    def _check(self, model: type[BaseModel], resource: Json, path: str) -> bool:
        try:
            model.model_validate(resource)
        except ValidationError as error:
            for each in error.errors(include_url=False, include_input=False, include_context=False):
                self.problem(_path(path, each["loc"]), _said(each["type"], each["msg"]))
            return False
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
            # What the library does not expect, such as a contained resource of an unknown kind.
            self.problem(path, _("This is not a valid FHIR resource."))
            return False
        return True

    # --- a plan ---------------------------------------------------------------

    def _plan(self, path: str, plan: Json) -> None:
        if not self._check(CarePlan, plan, path):
            return
        status = plan.get("status")
        if status == "entered-in-error":
            self.problem(f"{path}.status", _("The file says that this plan was written by mistake."))
        else:
            self.code(f"{path}.status", status, PLANS)
        self.code(f"{path}.intent", plan.get("intent"), INTENTS)
        period = plan.get("period") or {}
        starts_on = self.day(period.get("start"), f"{path}.period.start")
        ends_on = self.day(period.get("end"), f"{path}.period.end")
        if starts_on and ends_on and ends_on < starts_on:
            self.problem(f"{path}.period", _("The last day must be the first day or later."))
        weeks = share = tolerance = None
        for place, extension in self.dicts(plan, "extension", path):
            if is_own(extension.get("url"), REVIEW):
                weeks = self.number(extension, place, Rhythm.values)
            elif is_own(extension.get("url"), MIX):
                parts = self.parts(extension, place)
                share = self.number(*parts.get("percent", ({}, place)), range(101))
                tolerance = self.number(*parts.get("tolerance", ({}, place)), Tolerance.values)
            else:
                self.leave(place, not_carried())
        self.reading.plan = PlanDraft(
            identity=self.identity(path, plan),
            title=self.line(plan.get("title"), f"{path}.title", 120) or _("A plan from elsewhere"),
            vision=self.text(plan.get("description"), f"{path}.description"),
            starts_on=starts_on,
            ends_on=ends_on,
            is_closed=status in ("completed", "revoked"),
            review_weeks=weeks,
            community_share=share,
            share_tolerance=tolerance,
        )
        for place, activity in self.dicts(plan, "activity", path):
            self._activity(place, activity)
        self.leave_others(path, plan, OF_PLAN)

    def _activity(self, path: str, activity: Json) -> None:
        detail = activity.get("detail")
        if not detail:
            self.leave(path, _("It has no words of its own."))
            return
        status = detail.get("status")
        if status in LEFT_STEPS:
            self.leave(path, _("It was stopped there."))
            return
        self.code(f"{path}.detail.status", status, {*OPEN_STEPS, "completed"})
        draft = next(
            (
                self.drafts[reference["reference"]]
                for reference in detail.get("goal") or []
                if reference.get("reference") in self.drafts
            ),
            None,
        )
        if draft is None:
            self.leave(path, _("It belongs to no goal that can be brought in."))
            return
        self.step_count += 1
        if self.step_count == MOST_STEPS + 1:
            self.problem(path, _("The file holds more than %(most)s steps.") % {"most": MOST_STEPS})
        place = f"{path}.detail.description"
        words = detail.get("description")
        if words is None:
            place, words = f"{path}.detail.code.text", (detail.get("code") or {}).get("text")
        title = self.line(words, place, 250)
        if not title:
            self.problem(place, _("Say in a few words what is to be done."))
        period = detail.get("scheduledPeriod") or {}
        end = "end" if "end" in period else "start"
        moments = [
            self.moment(said.get("time"), f"{at}.time") for at, said in self.dicts(activity, "progress", path)
        ]
        is_done = status == "completed"
        done_at = max((moment for moment in moments if moment), default=None) if is_done else None
        due_on = self.day(period.get(end), f"{path}.detail.scheduledPeriod.{end}")
        rhythm = self._rhythm(detail, path)
        draft.steps.append(StepDraft(title, None if rhythm else due_on, rhythm, is_done, done_at))

    def _rhythm(self, detail: Json, path: str) -> Often | None:
        """So many times a day, week or month; other timings have no place here."""
        timing = detail.get("scheduledTiming")
        if not timing:
            return None
        repeat = timing.get("repeat") or {}
        times, unit = repeat.get("frequency"), repeat.get("periodUnit")
        per = next((name for name, code in UNITS.items() if code == unit), None)
        is_ours = set(repeat) == {"frequency", "period", "periodUnit"} and repeat["period"] == 1
        if per and is_ours and type(times) is int and 1 <= times <= MOST_TIMES:
            return times, per
        self.leave(f"{path}.detail.scheduledTiming", not_carried())
        return None

    # --- a goal ---------------------------------------------------------------

    def _goal(self, path: str, full_url: str, goal: Json) -> None:
        if not self._check(FhirGoal, goal, path):
            return
        status = goal.get("lifecycleStatus")
        if not self.code(f"{path}.lifecycleStatus", status, Lifecycle.values):
            return
        if status not in BROUGHT:
            self.leave(path, _("It was declined, stopped or written by mistake there."))
            return
        concept = goal.get("description") or {}
        coded = next(
            (each.get("display") for each in concept.get("coding") or [] if each.get("display")), None
        )
        title = self.line(concept.get("text") or coded, f"{path}.description.text", 250)
        if not title:
            self.problem(f"{path}.description.text", _("Write the goal in a few words."))
        for place, _extension in self.dicts(goal, "extension", path):
            self.leave(place, not_carried())
        target_on, scale = self._targets(path, goal)
        notes = [self.text(note.get("text"), f"{at}.text") for at, note in self.dicts(goal, "note", path)]
        why = "\n\n".join(note for note in notes if note)
        if len(why) > LONGEST_TEXT:
            self.problem(
                f"{path}.note", _("Please use at most %(most)s characters.") % {"most": LONGEST_TEXT}
            )
        identity = self.identity(path, goal)
        draft = GoalDraft(
            identity=identity,
            title=title,
            why=why,
            side=self._side(path, goal),
            lifecycle=Lifecycle(status),
            achievement=self._achievement(path, goal),
            target_on=target_on,
            scale=scale,
        )
        self.leave_others(path, goal, OF_GOAL)
        if other := self.identities.get(identity):
            self.problem(path, _("It is the same goal as %(other)s.") % {"other": other})
            return
        self.identities[identity] = path
        self.reading.goals.append(draft)
        for name in {full_url, f"Goal/{goal.get('id')}" if goal.get("id") else "", ":".join(identity)}:
            if name:
                self.drafts[name] = draft

    def _side(self, path: str, goal: Json) -> Side:
        for at, concept in self.dicts(goal, "category", path):
            for place, coding in self.dicts(concept, "coding", at):
                if is_own(coding.get("system"), SIDE):
                    code = coding.get("code")
                    if self.code(f"{place}.code", code, Side.values):
                        return Side(str(code))
                else:
                    self.leave(place, not_carried())
        return Side.PERSONAL

    def _achievement(self, path: str, goal: Json) -> str:
        concept = goal.get("achievementStatus") or {}
        for place, coding in self.dicts(concept, "coding", f"{path}.achievementStatus"):
            if coding.get("system") != ACHIEVEMENT:
                self.leave(place, not_carried())
            elif self.code(f"{place}.code", coding.get("code"), Achievement.values):
                return str(coding["code"])
        return ""

    def _targets(self, path: str, goal: Json) -> tuple[date | None, ScaleDraft | None]:
        target_on = scale = None
        for at, target in self.dicts(goal, "target", path):
            if target_on is None:
                target_on = self.day(target.get("dueDate"), f"{at}.dueDate")
            elif target.get("dueDate"):
                self.leave(f"{at}.dueDate", _("A goal has one date here."))
            own_scale = False
            for place, extension in self.dicts(target, "extension", at):
                if is_own(extension.get("url"), SCALE):
                    own_scale, scale = True, self._scale(extension, place)
                else:
                    self.leave(place, not_carried())
            others = [name for name in target if name.startswith(("detail", "measure", "dueDuration"))]
            if others and not own_scale:
                self.leave(f"{at}.{others[0]}", not_carried())
        return target_on, scale

    def _scale(self, extension: Json, path: str) -> ScaleDraft | None:
        parts = self.parts(extension, path)
        levels: dict[int, str] = {}
        for place, part in self.dicts(extension, "extension", path):
            if part.get("url") == "level":
                inside = self.parts(part, place)
                value = self.number(*inside.get("value", ({}, place)), Level.values)
                words, where = inside.get("description", ({}, place))
                if value is not None:
                    levels[value] = self.line(words.get("valueString"), f"{where}.valueString", LONGEST)
        if sorted(levels) != sorted(Level.values) or not all(levels.values()):
            self.problem(path, _("Describe all five levels, each in a few words."))
            return None
        day, where = parts.get("baselineOn", ({}, path))
        importance = self.number(*parts.get("importance", ({}, path)), Importance.values)
        difficulty = self.number(*parts.get("difficulty", ({}, path)), Difficulty.values)
        baseline = self.number(*parts.get("baseline", ({}, path)), Level.values)
        baseline_on = self.day(day.get("valueDate"), f"{where}.valueDate")
        if importance is None or difficulty is None or baseline is None:
            return None
        return ScaleDraft([levels[level] for level in Level], importance, difficulty, baseline, baseline_on)


def _once(pairs: list[tuple[str, Any]]) -> Json:
    """JSON lets a name stand twice and keeps the last; then nobody knows which one was meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _is_plain(words: str) -> bool:
    return not any(
        unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\t\n\r" for letter in words
    )


def _path(path: str, loc: tuple[int | str, ...]) -> str:
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path.lstrip(".")[:300]


def _said(kind: str, words: str) -> str:
    """The library's finding in our words, where we have some."""
    known = {
        "extra_forbidden": _("FHIR has no such element."),
        "missing": _("This is missing."),
        "string_type": _("This must be text."),
        "list_type": _("This must be a list."),
    }
    return known.get(kind) or words.removeprefix("Value error, ")
