"""What starts runs by itself: the drift sensor and the monitor schedule, one each."""

from ctml_assets.sensors.cursor import read_cursor, write_cursor
from ctml_assets.sensors.drift_sensor import INTERVAL_SECONDS, build_drift_sensor, training_state
from ctml_assets.sensors.monitor_schedule import build_monitor_schedule, due_day

__all__ = [
    "INTERVAL_SECONDS",
    "build_drift_sensor",
    "build_monitor_schedule",
    "due_day",
    "read_cursor",
    "training_state",
    "write_cursor",
]
