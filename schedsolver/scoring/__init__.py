"""What people and rosters are worth: indicators of a roster."""
