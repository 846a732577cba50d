"""Erlang A: the waiting queue of Erlang C with customers who give up when their patience ends.

Arrivals are Poisson, service times and patience exponential. Source: C. Palm (1957); the tail of the wait as in
S. Zeltyn and A. Mandelbaum, "Call centers with impatient customers: many-server asymptotics of the M/M/n+G queue"
(2005), section 2, whose integrals are turned here into one series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from schedsolver.domain.arrays import FloatArray
from schedsolver.traffic.erlang import erlang_b

# A series ends when what is left of it is below e^-40 of its sum.
_NEGLIGIBLE = 40.0
# A lighter load is none: its inverse would overflow.
_LEAST_LOAD = 1e-100


@dataclass(frozen=True)
class ErlangA:
    """What customers and servers meet in the long run; arrays of one shape.

    Attributes
    ----------
    wait_share
        Share of customers who find every server busy.
    abandon_share
        Share of customers who give up.
    served_in_time_share, served_late_share
        Share of customers served after a wait within the limit, and after a longer one.
    late_share
        Share of customers who wait longer than the limit, whether they are served in the end or not.
    occupancy
        Share of their time that servers are busy; 0 without servers.
    mean_wait
        Mean wait of all customers, those who give up included, in the unit of the service time.
    mean_queue
        Mean number of customers waiting.
    """

    wait_share: FloatArray
    abandon_share: FloatArray
    served_in_time_share: FloatArray
    served_late_share: FloatArray
    late_share: FloatArray
    occupancy: FloatArray
    mean_wait: FloatArray
    mean_queue: FloatArray


def erlang_a(
    servers: ArrayLike, load: ArrayLike, service_time: ArrayLike, patience: ArrayLike, wait_limit: ArrayLike = 0.0
) -> ErlangA:
    """Describe a queue with impatient customers; arguments broadcast.

    With arrival rate ``l``, service rate ``m``, patience rate ``p``, ``c`` servers, loss ``B`` of Erlang B and
    ``R(l) = sum over j >= 1 of l^j / ((c m + p) (c m + 2 p) ... (c m + j p))``:

    - a customer waits with probability ``(1 + R(l)) / (1/B + R(l))``;
    - one who does not give up would wait longer than ``t`` with probability
      ``f (1 + R(l e^-pt)) / (1/B + R(l))``, where ``f = exp(l (1 - e^-pt) / p - c m t)``;
    - one waits longer than ``t`` and is served with probability ``c m / l * f R(l e^-pt) / (1/B + R(l))``.

    Parameters
    ----------
    servers
        Number of servers, whole and at least 0.
    load
        Offered load in erlangs, at least 0.
    service_time, patience, wait_limit
        Mean service time, mean patience and the limit, in the same unit.

    Returns
    -------
    Shares and means of the broadcast shape.

    Raises
    ------
    ValueError
        As :func:`~schedsolver.traffic.erlang.erlang_b`, if a time is not positive or not finite, or the limit negative.
    """
    c, a, mean, patient, limit = np.broadcast_arrays(
        *(np.asarray(x, float) for x in (servers, load, service_time, patience, wait_limit))
    )
    a = np.where((a >= 0) & (a < _LEAST_LOAD), 0.0, a)
    loss = erlang_b(c, a)
    if not (np.all(mean > 0) and np.all(patient > 0) and np.all(np.isfinite(mean)) and np.all(np.isfinite(patient))):
        raise ValueError("service_time and patience must be positive and finite; without end of patience use erlang_c")
    if not (np.all(limit >= 0) and np.all(np.isfinite(limit))):
        raise ValueError("wait_limit must be a time, not negative")
    # In units of mean patience: arrivals eta, service capacity x, limit t.
    eta, x, t = a * patient / mean, c * patient / mean, limit / patient
    with np.errstate(divide="ignore"):
        rest, queue = _log_series(eta, x)
        rest_later, _ = _log_series(eta * np.exp(-t), x)
        norm = np.logaddexp(-np.log(loss), rest)
    log_f = eta * -np.expm1(-t) - x * t
    wait, late_or_gone = np.exp(np.logaddexp(0, rest) - norm), np.exp(log_f + np.logaddexp(0, rest_later) - norm)
    mean_queue = np.exp(queue - norm)
    per_load = np.divide(c, a, out=np.zeros(a.shape), where=a > 0)
    served_waiting, served_late = per_load * np.exp(rest - norm), per_load * np.exp(log_f + rest_later - norm)
    mean_wait = np.divide(mean_queue * mean, a, out=np.where(c > 0, 0.0, patient), where=a > 0)
    abandoned = mean_wait / patient
    return ErlangA(
        wait_share=wait,
        abandon_share=abandoned,
        served_in_time_share=np.clip(1.0 - wait + served_waiting - served_late, 0.0, 1.0),
        served_late_share=served_late,
        late_share=np.exp(-t) * late_or_gone,
        occupancy=np.divide(a * (1.0 - abandoned), c, out=np.zeros(a.shape), where=c > 0),
        mean_wait=mean_wait,
        mean_queue=mean_queue,
    )


def _log_series(eta: FloatArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the logarithms of the sums over ``j >= 1`` of ``w_j = eta^j / ((x+1) ... (x+j))`` and of ``j w_j``."""
    flat, base = eta.ravel(), x.ravel()
    total, weighted = np.full(flat.shape, -np.inf), np.full(flat.shape, -np.inf)
    cells = np.flatnonzero(flat > 0)
    term = np.zeros(cells.shape)
    j = 0
    while cells.size:
        j += 1
        term = term + np.log(flat[cells]) - np.log(base[cells] + j)
        total[cells] = np.logaddexp(total[cells], term)
        weighted[cells] = np.logaddexp(weighted[cells], term + np.log(j))
        # From here on terms fall at least as fast as by this ratio.
        ratio = np.minimum(flat[cells] / (base[cells] + j + 1), 1.0)
        left = term + np.log(j + 1) - 2 * np.log1p(-ratio, where=ratio < 1, out=np.full(ratio.shape, -np.inf))
        more = left > total[cells] - _NEGLIGIBLE
        cells, term = cells[more], term[more]
    return total.reshape(eta.shape), weighted.reshape(eta.shape)
