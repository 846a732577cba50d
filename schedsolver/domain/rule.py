"""The contract of a rule: what it is as data, what it offers the model, how it judges a roster.

A rule is one class. Its fields are its parameters; ``hard``, ``weight`` and ``scope`` are fields like
any other, so all of it is data in the problem. It has these hooks, each optional but the last:

``admits``
    strikes out duty options that can never be part of a roster, with index arrays;
``permits``
    strikes out activities that someone may not do at an outlet on a day;
``tells_apart``
    names groups of people at work that the model must count separately, slot by slot;
``tells_heads_apart``
    names groups that it must count separately on some activities;
``add_to``
    writes what depends on more than one duty into the model;
``line_parts``
    describes what it asks of one employee's line of work, for rules that look at one employee at a time;
``line_cover``
    describes what it wants of all lines together;
``judge``
    looks at a finished schedule, alone and without a solver.

``judge`` is one witness, ``admits`` to ``add_to`` together are the other; neither calls the other. What is said of
lines only guides the search and its bound: what it leaves out, the others still keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Protocol, Self

from numpy.typing import ArrayLike
from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.base import Model
from schedsolver.domain.columns import CrewColumns, HeadColumns, LeaveColumns, MoveColumns, PaidColumns
from schedsolver.domain.judgement import Finding as Finding
from schedsolver.domain.judgement import Judgement as Judgement
from schedsolver.domain.line import DutyKinds, LineCover, LinePart
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.scope import Scope
from schedsolver.domain.suggest import did_you_mean

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule


Tier = tuple[int, int, int]


class ModelContext(Protocol):
    """What a rule may use to write itself into the model. Columns are integers ``>= 0``."""

    @property
    def problem(self) -> Problem:
        """What is modelled."""
        ...

    @property
    def options(self) -> DutyOptions:
        """Every duty that could be given."""
        ...

    @property
    def one_a_day(self) -> bool:
        """Whether nobody may have two duties on a date; rules keep that, so others may count on it."""
        ...

    @property
    def cliques(self) -> IntArray:
        """A number for each option, shape ``(len(options),)``; of an employee's options of a day with the same, one.

        Rules keep that, so others may count on it.
        """
        ...

    @property
    def crew(self) -> CrewColumns:
        """Columns that count people at work."""
        ...

    @property
    def heads(self) -> HeadColumns:
        """Columns that count heads on activities."""
        ...

    @property
    def duty_columns(self) -> IntArray:
        """Column of each duty option, 1 when the duty is given; shape ``(len(options),)``."""
        ...

    @property
    def paid(self) -> PaidColumns:
        """What paid time is made of."""
        ...

    @property
    def moves(self) -> MoveColumns:
        """Moves between two duties of a day; none unless someone may have two."""
        ...

    @property
    def leaves(self) -> LeaveColumns:
        """Leave that the model plans; none unless a rule asks for it."""
        ...

    def days_worked(self, chosen: BoolArray) -> IntArray:
        """Give a 0-1 column for each employee and day that says whether a chosen duty is given.

        Parameters
        ----------
        chosen
            Which options count, shape ``(len(options),)``.

        Returns
        -------
        Columns of shape ``(staff, days)``, -1 where there is nothing to choose from.
        """
        ...

    def any_of(self, row: ArrayLike, column: ArrayLike, rows: int, *, clique: ArrayLike | None = None) -> IntArray:
        """Give a 0-1 column for each row that is 1 exactly when one of the row's 0-1 columns is; -1 for no entry.

        ``clique`` numbers the columns: other rows already keep all but one of those at 0 that have the same number in
        a row, which saves rows and makes them tighter.
        """
        ...

    def new_columns(self, upper: ArrayLike) -> IntArray:
        """Add one integer column in ``[0, upper[i]]`` for each ``i``."""
        ...

    def require(
        self,
        row: ArrayLike,
        column: ArrayLike,
        coefficient: ArrayLike,
        lower: ArrayLike | None,
        upper: ArrayLike | None,
    ) -> None:
        """Add rows ``lower[r] <= sum of coefficient[i] * column[i] over row[i] == r <= upper[r]``.

        ``lower`` or ``upper`` is ``None`` for no bound; rows without an entry are judged as 0.
        """
        ...

    def limit(
        self,
        rule: Rule,
        row: ArrayLike,
        column: ArrayLike,
        coefficient: ArrayLike,
        upper: ArrayLike,
        excess: ArrayLike | None = None,
        *,
        step: int = 1,
        units: ArrayLike | None = None,
    ) -> None:
        """Keep rows at or below ``upper``: strictly for a hard rule, else at its weight for each unit over.

        Parameters
        ----------
        rule
            Whom to charge.
        row, column, coefficient
            Each term, shape ``(n,)``.
        upper
            Limit of each row, shape ``(rows,)``.
        excess
            ``excess[r]`` numbers what row ``r`` is one view of, shape ``(rows,)``; rows with the same
            number pay together for the largest excess among them. Each row stands for itself when ``None``.
        step
            How far over the limit makes one unit; a part of it counts as a whole.
        units
            How many times the weight a unit over costs, shape ``(rows,)``; rows that pay together agree.
        """
        ...

    def excess(
        self,
        row: ArrayLike,
        column: ArrayLike,
        coefficient: ArrayLike,
        upper: ArrayLike,
        excess: ArrayLike | None = None,
        *,
        step: int = 1,
    ) -> IntArray:
        """Give a column for each row that is at least the steps by which it exceeds ``upper``, once settled exactly.

        The parameters are those of :meth:`limit`; nobody is charged.
        """
        ...

    def largest(self, column: ArrayLike, count: int) -> tuple[IntArray, IntArray]:
        """Give columns and coefficients whose sum is at least that of the ``count`` largest, once settled exactly."""
        ...

    def squares(self, column: ArrayLike) -> IntArray:
        """Give a column for each column that is its square; the linear relaxation does not know."""
        ...

    def price_gaps(
        self,
        rule: Rule,
        terms: tuple[ArrayLike, ArrayLike, ArrayLike],
        target: ArrayLike,
        shortage: Sequence[Tier],
        surplus: Sequence[Tier],
    ) -> IntArray:
        """Charge a rule for what sums of columns lack of their targets, or have beyond them.

        Parameters
        ----------
        rule
            Whom to charge.
        terms
            Row, column and coefficient of each term, shape ``(n,)`` each.
        target
            Number wanted, shape ``(rows,)``.
        shortage, surplus
            Tiers ``(row, width, cents)``: up to ``width`` units short of, or beyond, the target of the
            row at ``cents`` each. A row's tiers are listed in order and their prices do not fall; the
            row can be no further off than they are wide together.

        Returns
        -------
        The column of each tier, shortage first.
        """
        ...

    def penalise(self, rule: Rule, column: ArrayLike, cents: ArrayLike) -> None:
        """Charge ``cents[i]`` for each unit of ``column[i]`` to the rule."""
        ...

    def charges_of(self, names: Iterable[str]) -> tuple[IntArray, IntArray]:
        """Give columns and cents of all charges of the rules, or families of rules, named so far."""
        ...


class Rule(Model):
    """Base of every rule; see this module for the contract and ``docs/adding-a-rule.md`` for an example.

    Attributes
    ----------
    hard
        Whether breaking it makes the roster wrong; a soft rule is priced instead.
    weight
        Cents for each unit a soft limit is exceeded by.
    scope
        Whom and when it is about.

    A rule that tells every single person apart slot by slot, only to say how activities follow each other, sets
    ``in_guide`` to ``False``: the linear guide and its bound then do without it, and it is kept when names are given
    to activities. Such a rule neither strikes out duties nor pays anybody. A rule on what other rules charge sets
    ``looks_at_charges``, and is written into the model after them. One by which a person's work depends on another's
    sets ``ties_lines``: rosters of shifts are then not put together from lines that are each found alone.
    """

    name: ClassVar[str]
    in_guide: ClassVar[bool] = True
    looks_at_charges: ClassVar[bool] = False
    ties_lines: ClassVar[bool] = False
    may_be_soft: ClassVar[bool] = False
    scoped_by: ClassVar[frozenset[str]] = frozenset()
    _catalogue: ClassVar[dict[str, type[Rule]]] = {}

    hard: bool = True
    weight: Annotated[int, Field(ge=0, le=10**9)] = 0
    scope: Scope = Scope()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Enter the rule under its name, so that problem files can refer to it; a base without a name is none."""
        super().__pydantic_init_subclass__(**kwargs)
        if "name" not in vars(cls):
            return
        other = Rule._catalogue.get(cls.name)
        if other is not None and (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f'there already is a rule "{cls.name}", {other.__module__}.{other.__qualname__}')
        Rule._catalogue[cls.name] = cls

    @staticmethod
    def catalogue() -> Mapping[str, type[Rule]]:
        """Give every known rule by name."""
        return Rule._catalogue

    @model_validator(mode="after")
    def _soft_rules_have_a_price(self) -> Self:
        if not self.hard and not self.may_be_soft:
            raise ValueError(f"{self.name} cannot be soft; leave out 'hard' and 'weight'")
        if not self.hard and self.weight == 0:
            raise ValueError(f"{self.name} is soft but its weight is 0, so it would do nothing; give a weight in cents")
        if self.hard and self.weight:
            raise ValueError(f"{self.name} is hard, so its weight {self.weight} would do nothing; add 'hard: false'")
        return self

    @model_validator(mode="after")
    def _scope_is_heeded(self) -> Self:
        for field in type(self.scope).model_fields:
            if getattr(self.scope, field) and field not in self.scoped_by:
                usable = f"only by {', '.join(sorted(self.scoped_by))}" if self.scoped_by else "nor by anything else"
                raise ValueError(f"{self.name} cannot be scoped by {field}, {usable}")
        return self

    @model_serializer(mode="wrap")
    def _with_its_name(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {"rule": self.name, **handler(self)}

    def parts(self) -> tuple[Rule, ...]:
        """Give the rules that this one stands for: itself, unless it is a profile of several."""
        return (self,)

    def faults(self, problem: Problem) -> Iterator[str]:
        """Say what makes the rule meaningless for a problem that lists it: such a problem is refused.

        References in the scope are checked elsewhere; here belongs what a rule's own fields refer to, and
        what could never be broken or never be kept.
        """
        if not self.scope.employees_of(problem):
            yield "its scope matches nobody"

    def applies_to(self, problem: Problem) -> bool:
        """Tell whether the rule has anything to say about a problem."""
        return True

    def admits(self, problem: Problem, options: DutyOptions) -> BoolArray | None:
        """Say which duty options can be part of a roster, shape ``(len(options),)``; ``None`` for all."""
        return None

    def permits(self, problem: Problem) -> BoolArray | None:
        """Say who may do what, shape ``(staff, outlets, days, activities)``; ``None`` for everything."""
        return None

    def tells_apart(self, problem: Problem) -> BoolArray | None:
        """Give groups of people that ``crew`` must not mix, shape ``(groups, staff, outlets, days)``."""
        return None

    def tells_heads_apart(self, problem: Problem) -> tuple[BoolArray, BoolArray] | None:
        """Give groups of people that ``heads`` must not mix, and on what, where and when.

        The shapes are ``(groups, staff, outlets, days)`` and ``(outlets, activities, slots in reach)``.
        """
        return None

    def rationed(self) -> frozenset[str]:
        """Name activities that can wait, but of which there may not always be more."""
        return frozenset()

    def add_to(self, model: ModelContext) -> None:
        """Write the rule into the model."""

    def line_parts(self, problem: Problem, employee: int, kinds: DutyKinds) -> tuple[LinePart, ...]:
        """Describe what the rule asks of the line of an employee in its scope, where nobody has two duties a day.

        Leave out what cannot be told so, and what single duties cost by ``penalise``; never ask for more than
        ``add_to`` does.

        Parameters
        ----------
        problem
            What is solved.
        employee
            Position in ``problem.staff``.
        kinds
            What the employee's duties may be like.
        """
        return ()

    def line_cover(self, problem: Problem, options: DutyOptions) -> LineCover | None:
        """Describe what the rule wants of the duties of all lines together; ``None`` for nothing."""
        return None

    @property
    def unit_price(self) -> int | None:
        """Cents for a unit over a limit; ``None`` for a hard rule."""
        return None if self.hard else self.weight

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find what the schedule breaks and what it costs."""
        raise NotImplementedError(f"{type(self).__name__} must say how it judges a schedule")

    def violation(self, message: str, duty: Duty | None = None, **where: Any) -> Finding:
        """Make a finding of a broken hard limit."""
        return Finding(self.name, message, **_place(duty) | where)

    def penalty(self, cents: int, message: str, duty: Duty | None = None, **where: Any) -> Finding:
        """Make a finding that costs."""
        return Finding(self.name, message, cents, **_place(duty) | where)

    def over_limit(self, found: Iterable[tuple[int, str, dict[str, Any]]]) -> Judgement:
        """Turn excesses ``(units over, message, place)`` into violations, or penalties when soft."""
        excess = [item for item in found if item[0] > 0]
        if self.hard:
            return Judgement(violations=tuple(self.violation(text, **where) for _, text, where in excess))
        return Judgement(
            penalties=tuple(self.penalty(self.weight * units, text, **where) for units, text, where in excess)
        )


def is_of(rule: str, names: Iterable[str]) -> bool:
    """Tell whether a rule is one of those named, or of a family named, as ``cost.travel`` is of ``cost``."""
    return any(rule == name or rule.startswith(f"{name}.") for name in names)


def unknown_rules(names: Iterable[str]) -> Iterator[str]:
    """Say of each name that it is neither a rule nor a family of rules."""
    known = [*Rule.catalogue(), *{name.partition(".")[0] for name in Rule.catalogue()}]
    for name in names:
        if name not in known:
            yield f'there is no rule or family of rules "{name}"{did_you_mean(name, known)}'


def unknown_names(what: str, names: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    """Say of each name that a problem does not have it, for :meth:`Rule.faults`."""
    there = list(known)
    for name in names:
        if name not in there:
            yield f'{what} "{name}" is not in the problem{did_you_mean(name, there)}'


def _place(duty: Duty | None) -> dict[str, Any]:
    if duty is None:
        return {}
    return {"employee_id": duty.employee_id, "outlet_id": duty.outlet_id, "start": duty.start}
