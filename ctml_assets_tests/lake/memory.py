"""A lake in memory, and actors who take turns on it in any order that a test wants."""

import datetime as dt
import itertools
import threading
from dataclasses import dataclass, field

from ctml_assets.lake.protocol import KeyMissingError

START = dt.datetime(2024, 4, 1, tzinfo=dt.UTC)


@dataclass
class MemoryLake:
    """`Lake` in a dictionary; every operation is one step, and time stands at ``now``."""

    objects: dict = field(default_factory=dict)
    now: dt.datetime = START

    def read(self, key, last=None):
        data = self._found(key)[0]
        return data if last is None else data[max(0, len(data) - last) :]

    def write(self, key, data):
        self.objects[key] = (data, self.now)

    def write_file(self, key, path):
        self.write(key, path.read_bytes())

    def write_if_absent(self, key, data):
        if key in self.objects:
            return False
        self.write(key, data)
        return True

    def keys(self, prefix=""):
        folder = prefix.removesuffix("/") + "/" if prefix else ""
        return sorted(key for key in self.objects if key.startswith(folder))

    def exists(self, key):
        return key in self.objects

    def modified(self, key):
        return self._found(key)[1]

    def delete(self, key):
        self.objects.pop(key, None)

    def _found(self, key):
        if key not in self.objects:
            raise KeyMissingError(f"lake: nothing under {key!r}")
        return self.objects[key]


class Killed(BaseException):
    """The actor's process is gone: nothing more of it runs."""


class Actor:
    """Someone who works on a lake in a thread, one operation whenever it is told to."""

    def __init__(self, lake, body, killed_at=None):
        self.lake, self.body, self.killed_at = lake, body, killed_at
        self.steps, self.finished, self.result, self.error = 0, False, None, None
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        self._stopped.acquire()

    def step(self):
        """Let it do its next operation, and come to rest before the one after."""
        if not self.finished:
            self._go.release()
            self._stopped.acquire()

    def __getattr__(self, name):
        operation = getattr(self.lake, name)

        def in_turn(*args, **kwargs):
            self._stopped.release()
            self._go.acquire()
            self.steps += 1
            if self.steps - 1 == self.killed_at:
                raise Killed
            return operation(*args, **kwargs)

        return in_turn

    def _work(self):
        try:
            self.result = self.body(self)
        except Killed:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            self.error = error
        self.finished = True
        self._stopped.release()


def schedules(first, second):
    """Yield every order in which ``first`` steps of actor 0 and ``second`` of actor 1 can come."""
    for places in itertools.combinations(range(first + second), first):
        yield [0 if place in places else 1 for place in range(first + second)]


def play(schedule, actors, after_each=lambda: None):
    """Let actors take turns, then finish, the first one first."""
    for number in schedule:
        actors[number].step()
        after_each()
    for actor in actors:
        while not actor.finished:
            actor.step()
            after_each()
