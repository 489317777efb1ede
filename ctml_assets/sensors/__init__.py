"""What acts by itself: the drift sensor, the freshness sensor, the schedules; one each."""

from ctml_assets.sensors.cursor import read_cursor, write_cursor
from ctml_assets.sensors.drift_sensor import INTERVAL_SECONDS, build_drift_sensor
from ctml_assets.sensors.freshness import missed
from ctml_assets.sensors.freshness_sensor import build_freshness_sensor
from ctml_assets.sensors.monitor_schedule import build_monitor_schedule, due_day
from ctml_assets.sensors.predict_schedule import build_predict_schedule, predicted_day

__all__ = [
    "INTERVAL_SECONDS",
    "build_drift_sensor",
    "build_freshness_sensor",
    "build_monitor_schedule",
    "build_predict_schedule",
    "due_day",
    "missed",
    "predicted_day",
    "read_cursor",
    "write_cursor",
]
