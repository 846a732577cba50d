"""Settings, engines, the search and its result."""
