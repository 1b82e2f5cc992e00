"""What all tests share: property tests that look at the same examples in every run and never fail for being slow."""

import signal

from hypothesis import settings

# A slow machine is no fault of the code, and a new example found by luck belongs to whoever looks for one
# (`pytest --hypothesis-profile=search`), not to the next unrelated change.
settings.register_profile("house", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("house")

# A shell that starts a job in the background lets it ignore Ctrl-C, and so would the tests that press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
