"""A stream, its declaration and its studies, as the tests of tuning share them."""

from ctml_assets.assets import training, tuning
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day

STREAM = streams.records_days(24)
# as of day 17: train 0 to 10, validation 11 to 13, test 14 to 17
AS_OF = 17
DIGEST = "records of day 17"


def spec_of(**changes):
    retraining = streams.declared()["retraining"] | changes.pop("retraining", {})
    return streams.spec(retraining=retraining, **changes)


SPEC = spec_of(monitoring={"metric": "roc_auc", "min_support": 20, "slices": [{"overall": True}]})


def with_trials(count):
    return SPEC.model_copy(
        update={"retraining": SPEC.retraining.model_copy(update={"trials": count})}
    )


ONE = with_trials(1)


def dataset_as_of(number=AS_OF, spec=SPEC, **arguments):
    return training.training_dataset(STREAM, spec=spec, as_of=day(number), **arguments)


def study_of(dataset=None, *, spec=SPEC, as_of=AS_OF, **arguments):
    dataset = dataset_as_of(as_of, spec) if dataset is None else dataset
    return tuning.tuning_study(dataset, spec=spec, as_of=day(as_of), **arguments)


def numbers(frame):
    return sorted({(at.date() - day(0)).days for at in frame["ts"]})
