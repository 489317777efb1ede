"""Sensor ticks outside the daemon, kept where the daemon and the UI look for them."""

import time
from dataclasses import dataclass

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.definitions.sensor_definition import SensorType
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.utils import make_new_run_id

from ctml_assets.components import RETRAIN_JOB
from ctml_assets.core.spec import ModelSpec
from ctml_assets.resources import LakeResource
from ctml_assets.sensors import build_drift_sensor

LOCATION, MODULE = "ctml_assets", "ctml_assets.definitions"
SENSOR = "drift_sensor"


@dataclass(frozen=True)
class Tick:
    """What one evaluation asks for.

    Attributes
    ----------
    request
        The run it requests; None if it skipped.
    run_id
        The id that the run shall have: the tick names it.
    skipped
        The reason for skipping.
    """

    request: dg.RunRequest | None
    run_id: str | None
    skipped: str | None


@dataclass(frozen=True)
class Ticker:
    """Evaluates the drift sensor and records the tick as the sensor daemon does.

    The names are those of ``workspace.yaml``: so ``dagster dev`` shows these ticks, and its daemon
    goes on from the same cursor. The sensor looks at one model only; where it has read of the
    others stays in the cursor.
    """

    instance: dg.DagsterInstance
    definitions: dg.Definitions
    lake: LakeResource
    spec: ModelSpec

    def tick(self) -> Tick:
        """Evaluate the sensor once and return what it asks for."""
        origin = _origin()
        state = self.instance.get_instigator_state(origin.get_id(), origin.get_selector().get_id())
        data = None if state is None else state.instigator_data
        cursor = data.cursor if isinstance(data, SensorInstigatorData) else None
        started = time.time()
        sensor = build_drift_sensor([self.spec], job=RETRAIN_JOB)
        with dg.build_sensor_context(
            instance=self.instance,
            cursor=cursor,
            definitions=self.definitions,
            resources={"lake": self.lake},
            sensor_name=SENSOR,
        ) as context:
            result = sensor.evaluate_tick(context)
        tick = Tick(
            request=result.run_requests[0] if result.run_requests else None,
            run_id=make_new_run_id() if result.run_requests else None,
            skipped=result.skip_message,
        )
        self._record(origin, state, tick, result.cursor, started)
        return tick

    def _record(
        self,
        origin: RemoteInstigatorOrigin,
        state: InstigatorState | None,
        tick: Tick,
        cursor: str | None,
        started: float,
    ) -> None:
        ended = time.time()
        self.instance.create_tick(
            TickData(
                instigator_origin_id=origin.get_id(),
                instigator_name=SENSOR,
                instigator_type=InstigatorType.SENSOR,
                status=TickStatus.SUCCESS if tick.request else TickStatus.SKIPPED,
                timestamp=started,
                end_timestamp=ended,
                run_ids=[tick.run_id] if tick.run_id else [],
                run_keys=[tick.request.run_key or ""] if tick.request else [],
                skip_reason=tick.skipped,
                cursor=cursor,
                selector_id=origin.get_selector().get_id(),
            )
        )
        new = InstigatorState(
            origin,
            InstigatorType.SENSOR,
            InstigatorStatus.DECLARED_IN_CODE,
            SensorInstigatorData(
                last_tick_timestamp=ended,
                cursor=cursor,
                last_tick_start_timestamp=started,
                last_tick_success_timestamp=ended,
                sensor_type=SensorType.STANDARD,
            ),
        )
        if state is None:
            self.instance.add_instigator_state(new)
        else:
            self.instance.update_instigator_state(new)


def _origin() -> RemoteInstigatorOrigin:
    location = ManagedGrpcPythonEnvCodeLocationOrigin(
        loadable_target_origin=LoadableTargetOrigin(module_name=MODULE), location_name=LOCATION
    )
    return RemoteInstigatorOrigin(
        repository_origin=RemoteRepositoryOrigin(
            code_location_origin=location, repository_name="__repository__"
        ),
        instigator_name=SENSOR,
    )
