"""What all tests share: how hard Hypothesis looks for counter-examples."""

from hypothesis import settings

# The same few examples in every run, so that a red test means a changed program. To search further:
# ./dev test --hypothesis-profile=search
settings.register_profile("ci", max_examples=50, deadline=None, derandomize=True, database=None)
settings.register_profile("search", max_examples=2_000, deadline=None)
settings.load_profile("ci")
