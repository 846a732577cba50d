"""Which solver settings are best: experiments as data, run in isolated processes, judged by statistics."""
