"""How hypothesis looks for counterexamples, in every test of the project."""

from hypothesis import HealthCheck, settings


settings.register_profile("earntrack", settings(deadline=None))
settings.register_profile(
    "mutation",
    settings(
        database=None,
        deadline=None,
        derandomize=True,
        max_examples=30,
        suppress_health_check=[HealthCheck.differing_executors],
    ),
)
settings.load_profile("earntrack")
