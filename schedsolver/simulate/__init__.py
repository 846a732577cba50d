"""A roster, or the heads of a single queue, under random customers."""
