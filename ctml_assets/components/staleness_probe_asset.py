"""The staleness probe in Dagster: made when it is due, carried on between."""

import datetime as dt
from collections.abc import Sequence

import dagster as dg

from ctml_assets.components.common import complete_spec, day_of, model_asset, require_records
from ctml_assets.components.metadata import Metadata, numbers, texts
from ctml_assets.components.partitions import last_days
from ctml_assets.components.probing import probed_on
from ctml_assets.core.probe import Probing, StalenessProbe, accumulated
from ctml_assets.core.spec import ModelSpec, StalenessSpec
from ctml_assets.lake import document_of
from ctml_assets.pictures import Line, Point, as_markdown, line_chart
from ctml_assets.resources import DOCUMENTS, LakeResource
from ctml_assets.resources.failures import clear_failures
from ctml_assets.resources.naming import MONITOR, STALENESS_PROBE, asset_key


def staleness_probe_asset(spec: ModelSpec, settings: StalenessSpec) -> dg.AssetsDefinition:
    """Return the asset ``staleness_probe`` of a model whose triggers ask for it."""
    upstream = asset_key(spec.name, "records")

    @model_asset(
        spec,
        STALENESS_PROBE,
        kind=MONITOR,
        text=f"Every {settings.probe_every_days} days a cheap fresh model, the probe, is compared "
        f"with the champion on the rows of the last {settings.compare_days} days: what it gains is "
        "what a retrain would gain. Between them the latest is carried on.",
        deps=[
            dg.AssetDep(upstream, partition_mapping=last_days(spec.retraining.window_days)),
        ],
        io_manager_key=DOCUMENTS,
        kinds={"json", "scikitlearn"},
    )
    def staleness_probe(
        context: dg.AssetExecutionContext, lake: LakeResource
    ) -> dg.Output[dict[str, object]]:
        day = day_of(context)
        with clear_failures():
            opened = lake.open()
            require_records(opened, spec, day)
            completed = complete_spec(opened, spec)
            result, earlier = probed_on(lake.registry(spec.name), completed, settings, day)
        return dg.Output(document_of(result), metadata=_metadata(result, earlier, spec, settings))

    return staleness_probe


def _metadata(
    result: StalenessProbe, earlier: Sequence[Probing], spec: ModelSpec, settings: StalenessSpec
) -> Metadata:
    latest = result.latest
    shown: Metadata = numbers({"probes": result.probes})
    shown |= texts({"champion": result.champion or "none"})
    if latest is None:
        since = result.since
        first = None if since is None else since + dt.timedelta(days=settings.probe_every_days)
        return shown | texts({"first_probe": None if first is None else first.isoformat()})
    shown |= numbers(
        {
            "gain": latest.gain,
            "gain_low": latest.gain_low,
            "gain_high": latest.gain_high,
            "accumulated_gain": result.accumulated_gain,
            "probe_score": latest.probe_score,
            "champion_score": latest.champion_score,
        }
    )
    if result.probed:
        cost = {"seconds": latest.seconds, "cpu_seconds": latest.cpu_seconds}
        counts = {"rows": latest.rows, "compared_rows": latest.compared_rows}
        shown |= numbers({**cost, **counts})
    shown |= texts(
        {
            "probe_of": latest.day.isoformat(),
            "learned_days": _span(latest.learned_from, latest.learned_to),
            "compared_days": _span(latest.compared_from, latest.compared_to),
            "reason": latest.reason,
            "not_repeatable": latest.cut,
        }
    )
    counting = [*earlier, latest] if result.probed else earlier
    picture = _picture([it for it in counting if it.gain is not None], spec, settings)
    return shown if picture is None else shown | {"picture": picture}


def _span(first: dt.date | None, last: dt.date | None) -> str:
    return "" if first is None or last is None else f"{first} to {last}"


def _picture(
    counting: Sequence[Probing], spec: ModelSpec, settings: StalenessSpec
) -> dg.MetadataValue | None:
    if not counting:
        return None
    gains = [it.gain or 0.0 for it in counting]
    sums = accumulated(gains)
    lines = [
        Line(
            "gain of a probe",
            tuple(
                Point(it.day, gain, it.gain_low, it.gain_high)
                for it, gain in zip(counting, gains, strict=True)
            ),
        ),
        Line(
            "accumulated gain",
            tuple(Point(it.day, total) for it, total in zip(counting, sums, strict=True)),
        ),
    ]
    bounds = {"min_gain": settings.min_gain}
    if settings.accumulated_gain is not None:
        bounds["accumulated_gain"] = settings.accumulated_gain
    title = f"{spec.name}: what probes gain over the champion, with 95 % intervals"
    return dg.MetadataValue.md(as_markdown(line_chart(title, lines, bounds), title))
