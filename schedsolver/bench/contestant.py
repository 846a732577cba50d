"""Who takes part: the library with some settings, or a peer."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from schedsolver.bench.weights import refuse_unpriced
from schedsolver.domain.base import Model
from schedsolver.domain.wording import faults_of_error
from schedsolver.errors import SchedSolverError
from schedsolver.solve.presets import AUTO, auto_fields, preset_fields
from schedsolver.solve.settings import Settings

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem

BY_EXPERIMENT = {"time_seconds": "limits", "deterministic_work": "limits", "seed": "seeds"}
OF_PEERS = ("peer", "workers", "optional")


class Contestant(Model):
    """The library with some settings, or a peer.

    Beside the attributes, every field of :class:`~schedsolver.Settings` but its limits and its seed, which belong
    to the experiment. Fields given here take precedence over the preset's.

    Attributes
    ----------
    preset
        Settings to begin with: one of those of :meth:`schedsolver.Settings.preset`, or ``"auto"`` for those that
        suit each problem.
    rule_weights
        What the prices of soft rules are multiplied by during the search, by rule; costs told are still the original.
    peer
        Another solver, as ``module:function``; see :class:`~schedsolver.bench.peer.PeerRoster`.
    optional
        Whether to go on without the peer when it cannot be imported.
    """

    model_config = ConfigDict(extra="allow")

    preset: str | None = None
    rule_weights: dict[str, Annotated[float, Field(gt=0, le=1e6)]] = Field(default_factory=dict)
    peer: Annotated[str, StringConstraints(min_length=3)] | None = None
    optional: bool = False

    @model_validator(mode="after")
    def _can_run(self) -> Self:
        if self.peer is not None:
            self._refuse_settings_of_peer(self.peer)
        elif self.optional:
            raise ValueError("only a peer can be optional; leave it out")
        for field, where in BY_EXPERIMENT.items():
            if field in self._extra:
                raise ValueError(f'{field} is given to all contestants by "{where}" of the experiment; leave it out')
        for rule in self.rule_weights:
            refuse_unpriced(rule)
        try:
            _refuse_unknown_parameters(self.settings(seed=0, limit_seconds=1.0).cp_sat)
        except ValidationError as error:
            raise ValueError("; ".join(map(str, faults_of_error(error, known=_known())))) from None
        return self

    def settings(
        self, *, seed: int, limit_seconds: float, workers: int = 1, problem: Problem | None = None
    ) -> Settings:
        """Give the settings of a run.

        Parameters
        ----------
        seed, limit_seconds
            Of the run; a deterministic contestant takes the limit as units of work.
        workers
            For a contestant that does not set its own.
        problem
            What is solved, for the preset ``"auto"``.
        """
        fields = _merged(self._preset_fields(problem), self._extra)
        if not fields.get("deterministic"):
            fields = {"workers": workers} | fields
        limits = {"time_seconds": limit_seconds, "seed": seed}
        if fields.get("deterministic"):
            limits["deterministic_work"] = limit_seconds
        return Settings.model_validate(fields | limits)

    def _preset_fields(self, problem: Problem | None) -> dict[str, Any]:
        if self.preset is None:
            return {}
        if self.preset == AUTO:
            return {} if problem is None else auto_fields(problem)
        return preset_fields(self.preset)

    @property
    def _extra(self) -> dict[str, Any]:
        return self.model_extra or {}

    def _refuse_settings_of_peer(self, peer: str) -> None:
        module, _, function = peer.partition(":")
        if not function.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
            raise ValueError(f'peer "{peer}" is not of the form module:function, for example my_peers.greedy:solve')
        given = [field for field in (*self.model_fields_set, *self._extra) if field not in OF_PEERS]
        if given:
            raise ValueError(f"{given[0]} is for the library, not for a peer; leave it out")


def _refuse_unknown_parameters(parameters: Mapping[str, Any]) -> None:
    # Only here is a solver needed.
    from schedsolver.solve.cpsat import check_parameters

    for name, value in parameters.items():
        try:
            check_parameters({name: value})
        except SchedSolverError as error:
            raise ValueError(str(error)) from None
        except AttributeError:
            raise ValueError(f"CP-SAT parameter {name} is a list, which cannot be set here") from None


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Lay mappings over each other, nested ones name by name."""
    merged = dict(base)
    for name, value in changes.items():
        both = isinstance(value, Mapping) and isinstance(base.get(name), Mapping)
        merged[name] = _merged(base[name], value) if both else value
    return merged


def _known() -> list[str]:
    """Give the names a contestant's fields may have, to suggest from."""
    return [*Contestant.model_fields, *_names_within(Settings)]


def _names_within(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield name
        for part in (field.annotation, *get_args(field.annotation)):
            if inspect.isclass(part) and issubclass(part, BaseModel):
                yield from _names_within(part)
