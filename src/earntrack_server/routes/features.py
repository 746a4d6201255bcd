"""/public/features: what this installation can do."""

from attrs import frozen

from earntrack_core.app import EarnTrack
from earntrack_core.identity.plans import PLANS
from earntrack_core.kernel.currencies import TABLE
from earntrack_server.http.route import ANYBODY, Ask, Route


@frozen(kw_only=True)
class FormatInfo:
    """A statement format."""

    id: str
    platform: str
    label: str
    verified: str


@frozen(kw_only=True)
class PlanInfo:
    """A plan."""

    key: str
    name: str
    platforms: int | None
    members: int | None
    features: tuple[str, ...]


@frozen(kw_only=True)
class Features:
    """What this installation can do."""

    registration: bool
    formats: tuple[FormatInfo, ...]
    plans: tuple[PlanInfo, ...]
    currencies: tuple[str, ...]


def features(et: EarnTrack, _: Ask[None]) -> Features:
    """Return what this installation can do."""
    return Features(
        registration=et.parts.policy.registration,
        formats=tuple(
            FormatInfo(
                id=one.format_id,
                platform=one.platform,
                label=one.label,
                verified=one.verified,
            )
            for one in et.parts.formats
        ),
        plans=tuple(
            PlanInfo(
                key=plan.key,
                name=plan.name,
                platforms=plan.platforms,
                members=plan.members,
                features=tuple(sorted(plan.features)),
            )
            for plan in PLANS.values()
        ),
        currencies=tuple(TABLE),
    )


def routes() -> list[Route]:
    """Return all of them."""
    return [
        Route(
            method="GET",
            path="/api/v1/public/features",
            id="get_features",
            summary="Return what this installation can do",
            policy=ANYBODY,
            handler=features,
            reply=Features,
            tags=("public",),
        )
    ]
