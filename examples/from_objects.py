"""A problem built from objects, solved and checked: a shop with two people and a lunch-time peak."""

import schedsolver as ss

PEOPLE = ("Ada", "Ben")
PEAKS = (("09:00", "12:00", 1), ("12:00", "14:00", 2), ("14:00", "18:00", 1))

horizon = ss.Horizon(start="2026-03-09", days=2, slot_minutes=60)
problem = ss.Problem(
    horizon=horizon,
    outlets=[ss.Outlet(outlet_id="Shop")],
    contracts=[ss.Contract(contract_id="part", weekly_minutes=1800, wage_cents_per_hour=4000)],
    staff=[ss.Employee(employee_id=name, contract_id="part") for name in PEOPLE],
    skills=[ss.Skill(skill_id="till")],
    permissions=[ss.Permission(employee_id=name, skill_id="till") for name in PEOPLE],
    activities=[ss.Activity(activity_id="serve", skill_id="till"), ss.Activity(activity_id="tidy", deferrable=True)],
    shift_types=[
        ss.ShiftType(shift_type_id="day", start_from="09:00", start_to="13:00", minutes_min=300, minutes_max=360)
    ],
    interval_requirements=[
        ss.IntervalRequirement(outlet_id="Shop", activity_id="serve", date=date, start=start, end=end, heads=heads)
        for date in horizon.dates
        for start, end, heads in PEAKS
    ],
    rules=[ss.rules.PaidTime(), ss.rules.MinimumRest(minutes=660)],
)

if __name__ == "__main__":
    result = ss.solve(problem, ss.Settings(time_seconds=10))
    print(result.schedule.duties.to_string())
    print(f"{result.status}, {result.objective / 100:.2f}, gap {result.gap:.1%}")
