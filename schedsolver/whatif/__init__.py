"""What-ifs: the same problem with something changed - what it needs, what its roster costs, who waits.

Importing this package imports no solver.
"""

from schedsolver.traffic.channels import migrated
from schedsolver.whatif.compare import compare
from schedsolver.whatif.curves import channel_curve, service_curve
from schedsolver.whatif.merging import joined, merged_posts
from schedsolver.whatif.needs import needs
from schedsolver.whatif.pool import pool_against_home
from schedsolver.whatif.variants import certified, home_only, opened

__all__ = [
    "certified",
    "channel_curve",
    "compare",
    "home_only",
    "joined",
    "merged_posts",
    "migrated",
    "needs",
    "opened",
    "pool_against_home",
    "service_curve",
]
