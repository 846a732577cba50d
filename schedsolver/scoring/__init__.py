"""What people and rosters are worth: appraisal, stars, nine-grid, grades, coverage of posts, indicators of a roster."""

from schedsolver.scoring.appraise import Appraisal, AppraisalRules, appraise, indicator_table
from schedsolver.scoring.coaching import Course, GrowthRules, after_growth, certificates, coaching_list
from schedsolver.scoring.coverage import CoverageRules, Indicator, coverage, who_lacks
from schedsolver.scoring.grades import (
    Condition,
    Grade,
    GradeHeld,
    Ladder,
    after_review,
    capped_permissions,
    read_grades,
    review,
)
from schedsolver.scoring.growth import with_growth, without_growth
from schedsolver.scoring.kpis import kpis, shortages
from schedsolver.scoring.merit import appraisal_percents, corrected_volumes, customers_met, with_appraisals
from schedsolver.scoring.nine_grid import NineGridRules, movement, nine_grid, people_by_cell, picture, render
from schedsolver.scoring.normalise import Component, rank_scores, scores, winsorised_z
from schedsolver.scoring.performance import KindRules, PerformanceContract, manager_kinds, performance
from schedsolver.scoring.posts import Post, levels_held, minutes_worked
from schedsolver.scoring.shares import carry, fairness_table, next_problem, shares_table
from schedsolver.scoring.stars import StarRules, star_permissions, star_shares, stars
from schedsolver.scoring.tables import people_of

__all__ = [
    "Appraisal",
    "AppraisalRules",
    "Component",
    "Condition",
    "Course",
    "CoverageRules",
    "Grade",
    "GradeHeld",
    "GrowthRules",
    "Indicator",
    "KindRules",
    "Ladder",
    "NineGridRules",
    "PerformanceContract",
    "Post",
    "StarRules",
    "after_growth",
    "after_review",
    "appraisal_percents",
    "appraise",
    "capped_permissions",
    "carry",
    "certificates",
    "coaching_list",
    "corrected_volumes",
    "coverage",
    "customers_met",
    "fairness_table",
    "indicator_table",
    "kpis",
    "levels_held",
    "manager_kinds",
    "minutes_worked",
    "movement",
    "next_problem",
    "nine_grid",
    "people_by_cell",
    "people_of",
    "performance",
    "picture",
    "rank_scores",
    "read_grades",
    "render",
    "review",
    "scores",
    "shares_table",
    "shortages",
    "star_permissions",
    "star_shares",
    "stars",
    "who_lacks",
    "winsorised_z",
    "with_appraisals",
    "with_growth",
    "without_growth",
]
