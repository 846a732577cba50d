"""Seeded 1+N problems of any size, for tests, examples and benchmarks."""

from schedsolver.io.generator.build import generate
from schedsolver.io.generator.demand import customers_per_day
from schedsolver.io.generator.spec import GeneratorSpec

__all__ = ["GeneratorSpec", "customers_per_day", "generate"]
