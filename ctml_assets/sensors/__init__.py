"""What acts by itself: the drift sensor, the freshness sensor, the monitor schedule; one each."""

from ctml_assets.sensors.cursor import read_cursor, write_cursor
from ctml_assets.sensors.drift_sensor import INTERVAL_SECONDS, build_drift_sensor
from ctml_assets.sensors.freshness import missed
from ctml_assets.sensors.freshness_sensor import build_freshness_sensor
from ctml_assets.sensors.monitor_schedule import build_monitor_schedule, due_day

__all__ = [
    "INTERVAL_SECONDS",
    "build_drift_sensor",
    "build_freshness_sensor",
    "build_monitor_schedule",
    "due_day",
    "missed",
    "read_cursor",
    "write_cursor",
]
