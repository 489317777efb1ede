"""Where a model's records come from."""

from typing import Annotated

from pydantic import Field, model_validator

from ctml_assets.core.spec.base import Spec, disagreement


class SqlSource(Spec):
    """A query against a database that SQLAlchemy reaches."""

    url: Annotated[
        str,
        Field(
            description="SQLAlchemy URL; `{{ env.NAME }}` is replaced by an environment variable "
            "when the source is read, so that no secret stands in the declaration",
            examples=["postgresql+psycopg2://reader:{{ env.DB_PASSWORD }}@db/warehouse"],
        ),
    ]
    query: Annotated[
        str,
        Field(
            description="a SELECT with the bind parameters :start (inclusive) and :end "
            "(exclusive), both UTC without a zone",
            examples=["SELECT * FROM bookings WHERE ts >= :start AND ts < :end"],
        ),
    ]


class SourceSpec(Spec):
    """Exactly one of a path, a callable or a query."""

    path: Annotated[
        str | None,
        Field(
            description="parquet or CSV file, local (relative to the declaration) or s3://; "
            "{partition} stands for the day, as in data/{partition}.parquet; without it one file "
            "holds all days (an S3 object is then downloaded in full for every day)",
            examples=["s3://bucket/bookings/{partition}.parquet"],
        ),
    ] = None
    callable: Annotated[
        str | None,
        Field(
            description="package.module:function, called with start and end (datetimes, UTC, "
            "end exclusive), returns a pandas DataFrame",
            examples=["my_project.sources:bookings"],
        ),
    ] = None
    sql: Annotated[SqlSource | None, Field(description="a query by SQLAlchemy URL")] = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "SourceSpec":
        given = [name for name in ("path", "callable", "sql") if getattr(self, name) is not None]
        if len(given) != 1:
            came = " and ".join(given) or "none of them"
            raise disagreement(
                problem=f"must have exactly one of path, callable and sql, got {came}",
                remedy="keep or add one, for example path: data/{partition}.parquet",
            )
        return self
