"""From a problem to a CP-SAT model: duty options, flows, the context rules write to, the linear relaxation."""
