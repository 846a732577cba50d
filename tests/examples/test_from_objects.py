import runpy
from pathlib import Path

import schedsolver as ss

EXAMPLE = Path(__file__).parents[2] / "examples" / "from_objects.py"


def test_two_duties_a_day_meet_the_peaks():
    problem = runpy.run_path(str(EXAMPLE))["problem"]
    result = ss.solve(problem, ss.Settings(deterministic=True))
    # 09:00-14:00 and 12:00-18:00: eleven hours a day at 40.00, nobody missing.
    assert result.objective == result.bound == 2 * 11 * 4000
    assert ss.shortages(problem, result.schedule).empty
