"""What is known of platforms: names, colours, categories, usual fees.

Fees are what the platform's price list calls its standard rate; a statement
tells what was really kept, and that counts.
"""

from decimal import Decimal
from typing import Final

from earntrack_core.platforms.model import NO_FEE, FeeRule, PlatformInfo


FREELANCE: Final = "freelance"
PAYMENTS: Final = "payments"
SHOPS: Final = "shops"
CREATORS: Final = "creators"
GIGS: Final = "gigs"
HOSTING: Final = "hosting"


def _fee(percent: str, fixed: str = "0") -> FeeRule:
    return FeeRule(percent=Decimal(percent), fixed=Decimal(fixed))


def _info(
    key: str,
    name: str,
    category: str,
    colour: str,
    fee: FeeRule = NO_FEE,
) -> PlatformInfo:
    return PlatformInfo(
        key=key, name=name, category=category, colour=colour, fee=fee
    )


PLATFORMS: Final = (
    _info("adsense", "AdSense", CREATORS, "#b0851b"),
    _info("airbnb", "Airbnb", HOSTING, "#d1495b", _fee("3")),
    _info("amazon", "Amazon", SHOPS, "#c4722e", _fee("15")),
    _info("cashapp", "Cash App", PAYMENTS, "#1f9d55"),
    _info("doordash", "DoorDash", GIGS, "#c8402f"),
    _info("ebay", "eBay", SHOPS, "#3b6fd4", _fee("13.25", "0.30")),
    _info("etsy", "Etsy", SHOPS, "#d2691e", _fee("6.5", "0.20")),
    _info("fiverr", "Fiverr", FREELANCE, "#1f8a70", _fee("20")),
    _info("github_sponsors", "GitHub Sponsors", CREATORS, "#8a55c2"),
    _info("google_play", "Google Play", CREATORS, "#2b87a8", _fee("15")),
    _info("gumroad", "Gumroad", CREATORS, "#c2447f", _fee("10", "0.50")),
    _info("kofi", "Ko-fi", CREATORS, "#4a90c2"),
    _info("opencollective", "Open Collective", CREATORS, "#4d6fd0"),
    _info("patreon", "Patreon", CREATORS, "#d1564a", _fee("10")),
    _info("payhip", "Payhip", SHOPS, "#5b6ee1", _fee("5")),
    _info("payoneer", "Payoneer", PAYMENTS, "#c95d2b"),
    _info("paypal", "PayPal", PAYMENTS, "#2f5fb3", _fee("3.49", "0.49")),
    _info("revolut", "Revolut", PAYMENTS, "#596275"),
    _info("shopify", "Shopify", SHOPS, "#4d7f2a", _fee("2.9", "0.30")),
    _info("square", "Square", SHOPS, "#6b7280", _fee("2.6", "0.15")),
    _info("stripe", "Stripe", PAYMENTS, "#6a5acd", _fee("2.9", "0.30")),
    _info("twitch", "Twitch", CREATORS, "#8a55c2"),
    _info("uber", "Uber", GIGS, "#374151"),
    _info("upwork", "Upwork", FREELANCE, "#3f8f3f", _fee("10")),
    _info("wise", "Wise", PAYMENTS, "#3f8f6b"),
    _info("youtube", "YouTube", CREATORS, "#c23b3b"),
)
