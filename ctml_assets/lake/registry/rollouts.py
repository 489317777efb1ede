"""The chain of rollout events: what happened to candidates after the gates."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ctml_assets.core.rollout.events import RolloutEvent, RolloutKind, RolloutOutcome
from ctml_assets.core.spec import RolloutSpec
from ctml_assets.errors import ConflictError
from ctml_assets.lake.documents import require_fields
from ctml_assets.lake.keys import rollouts_prefix
from ctml_assets.lake.protocol import Lake
from ctml_assets.lake.registry.chain import Chain


@dataclass(frozen=True)
class Rollouts:
    """The rollout events of one monitored model.

    Parameters
    ----------
    lake : Lake
        Where they lie.
    model : str
        Name of the monitored model.
    """

    lake: Lake
    model: str

    @property
    def chain(self) -> Chain[RolloutEvent]:
        """The events as they lie there, each by itself."""
        return Chain(self.lake, rollouts_prefix(self.model), self.model, _event_of)

    def events(self) -> tuple[RolloutEvent, ...]:
        """Return all events in the order of their numbers.

        Raises
        ------
        RegistryError
            If one is missing or damaged.
        """
        return self.chain.all()

    def latest(self, day: dt.date | None = None) -> tuple[RolloutEvent, ...]:
        """Return the last events only, as many as say what waits or runs.

        Back to the last one that began or ended something: what came before it changes nothing.

        Parameters
        ----------
        day : date, optional
            For days of predictions until this one; None: for all.

        Returns
        -------
        tuple of RolloutEvent
            In the order of their numbers; `core.rollout.rollout_of` makes the same of them, for
            this day, as of all.

        Raises
        ------
        RegistryError
            If one is missing, or one of these is damaged.
        """
        found: list[RolloutEvent] = []
        for number in range(self.chain.length(), 0, -1):
            event = self.chain.one(number)
            found.append(event)
            holds = day is None or event.day <= day
            if holds and event.kind is not RolloutKind.STAGE:
                break
        return tuple(reversed(found))

    def append(self, event: RolloutEvent) -> RolloutEvent:
        """Write an event under its number.

        Returns
        -------
        RolloutEvent
            The event; the stored one if another run, or an earlier try, wrote the same.

        Raises
        ------
        ConflictError
            If the number is taken by something else, or is not the next one.
        """
        following = self.chain.length() + 1
        if event.number > following:
            raise ConflictError(
                f"{self.model}: number of a rollout event must be {following}, the next one, got "
                f"{event.number}; read the events again"
            )
        if self.chain.append(_document_of(event)):
            return event
        stored = self.chain.one(event.number)
        if dataclasses.replace(stored, run_id=event.run_id, at=event.at) != event:
            raise ConflictError(
                f"{self.model}: rollout event {event.number} must be free, got {stored.kind} of "
                f"{stored.version} (run {stored.run_id}); read the events again"
            )
        return stored


def _document_of(event: RolloutEvent) -> dict[str, Any]:
    rollout = None if event.rollout is None else event.rollout.model_dump(mode="json")
    return {**vars(event), "rollout": rollout}


def _event_of(document: Mapping[str, Any]) -> RolloutEvent:
    require_fields(RolloutEvent, document)
    values = dict(document)
    values["kind"] = RolloutKind(values["kind"])
    values["day"] = dt.date.fromisoformat(str(values["day"]))
    if values["rollout"] is not None:
        values["rollout"] = RolloutSpec.model_validate(values["rollout"])
    if values["outcome"] is not None:
        values["outcome"] = RolloutOutcome(values["outcome"])
    return RolloutEvent(**values)
