"""Changes to a stream's source file, for `World.rewrite`."""

import numpy as np

from ctml_assets_tests.worlds import day


def of_day(frame, number):
    return (frame["ts"].dt.date == day(number)).to_numpy()


def without(number):
    return lambda frame: frame[~of_day(frame, number)]


def with_values(number, column, value, rows=None):
    def change(frame):
        chosen = np.flatnonzero(of_day(frame, number))[:rows]
        frame.loc[chosen, column] = value
        return frame

    return change
