import numpy as np

from schedsolver.simulate.closing import Session, doors_shut, sessions, stay_until_served
from schedsolver.simulate.customers import Customers
from schedsolver.simulate.kernel import NOBODY

N = NOBODY


def test_sessions_are_runs_with_customers_or_people():
    expected = np.array([[0, 1, 1, 0, 0, 2], [0, 0, 0, 0, 0, 0.0]])
    heads = np.array([[1, 0, 1, 0, 0, 0], [0, 1, 1, 0, 0, 1]])
    assert sessions(expected, heads) == [(0, 0, 3, 5), (0, 5, 6, 7), (1, 1, 3, 5), (1, 5, 6, 7)]


def staying(serves, found):
    """First queue of each person by slot."""
    return stay_until_served(np.array(serves)[:, :, None], [Session(*f) for f in found])[:, :, 0].T.tolist()


def test_people_of_the_last_slot_stay_until_the_next_session():
    assert staying([[0, 0], [0, N], [N, N], [0, N]], [(0, 0, 2, 3), (0, 3, 4, 5)]) == [[0, 0, 0, 0, 0], [0, N, N, N, N]]


def test_nobody_stays_who_is_rostered_elsewhere():
    assert staying([[0, 0], [0, 0], [N, 1], [1, 1]], [(0, 0, 2, 5), (1, 2, 4, 5)]) == [[0, 0, 0, 1, 1], [0, 0, 1, 1, 1]]


def test_where_nobody_is_in_the_last_slot_nobody_stays():
    assert staying([[0], [N], [N]], [(0, 0, 2, 4)]) == [[0, N, N, N]]


def patience_of(serves, session):
    """Patience of customers at 5 and 15 in slots of 10 minutes, with the people who stay on."""
    count = len(serves)
    customers = Customers(
        np.array([0, 2]), np.array([5.0, 15]), np.array([0, 1]), np.zeros(2, np.int64), np.ones(2),
        np.array([np.inf, 18]), 10.0, count, 1,
    )  # fmt: skip
    found = [Session(0, *session)]
    return doors_shut(customers, found, stay_until_served(np.array(serves)[:, :, None], found)).tolist()


def test_customers_leave_when_the_last_who_stays_on_has_gone():
    assert patience_of([[0], [0], [N], [N]], (0, 2, 5)) == [np.inf, 18]  # somebody stays for good
    assert patience_of([[0], [0], [N], [1]], (0, 2, 5)) == [25, 15]  # until 30
    assert patience_of([[0], [0], [1], [1]], (0, 2, 5)) == [15, 5]  # at once
    assert patience_of([[0], [N], [N], [N]], (0, 2, 5)) == [15, 5]  # nobody
