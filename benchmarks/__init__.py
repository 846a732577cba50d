"""Commands that measure what is claimed; run from the top of the repository."""
