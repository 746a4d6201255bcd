"""/payouts: what platforms transferred, and what it paid."""

from uuid import UUID

import pytest


STRANGER = str(UUID(int=7))


@pytest.fixture(name="body")
def _body(upwork):
    """A payout, or an earning, as a client sends it."""
    return {
        "platformId": upwork["id"],
        "date": "2026-01-31",
        "amount": 90,
    }


@pytest.fixture(name="earned")
async def _earned(ada, body):
    """Two earnings that a payout may pay."""
    return [
        (await ada.made("/earnings", body | {"amount": amount}))["id"]
        for amount in (60, 40)
    ]


@pytest.fixture(name="payout")
async def _payout(ada, body):
    return (await ada.made("/payouts", body))["payout"]


class TestCreate:
    async def test_alone(self, ada, body):
        """A payout that pays nothing is all residual."""
        tree = await ada.made(
            "/payouts", body | {"externalId": "T-1", "notes": "July"}
        )

        assert tree["payout"]["amount"] == 90
        assert tree["payout"]["currency"] == "USD"
        assert tree["payout"]["date"] == "2026-01-31"
        assert tree["linked"]["count"] == 0
        assert tree["residual"] == {"amount": 90, "currency": "USD"}
        assert tree["reason"] == "unexplained"

    async def test_with_what_it_pays(self, ada, body, earned):
        """What is left over is named, not hidden."""
        tree = await ada.made("/payouts", body | {"earningIds": earned})

        assert tree["linked"]["net"] == 100
        assert tree["residual"]["amount"] == -10

    @pytest.mark.parametrize(
        ("more", "status", "pointers"),
        [
            ({"amount": 0.001}, 422, ["/amount"]),
            ({"currency": "XXQ"}, 422, ["/currency"]),
            ({"date": "0026-01-01"}, 422, ["/date"]),
            ({"notes": "x" * 501}, 422, ["/notes"]),
            ({"externalId": "x" * 201}, 422, ["/externalId"]),
            ({"platformId": STRANGER}, 404, None),
            ({"earningIds": [STRANGER]}, 404, None),
        ],
    )
    async def test_wrong(self, ada, body, more, status, pointers):
        """What is wrong is named, and nothing is stored."""
        answer = await ada.post("/payouts", body | more)

        assert answer.status == status, answer.text
        assert pointers is None or answer.pointers == pointers
        assert await ada.pages("/payouts") == [[]]

    async def test_of_another_currency(self, ada, body, earned):
        """Dollars are not paid in yen."""
        answer = await ada.post(
            "/payouts", body | {"currency": "JPY", "earningIds": earned}
        )

        assert (answer.status, answer.pointers) == (422, ["/earningIds"])

    async def test_of_what_is_paid(self, ada, body, earned):
        """An earning is paid once."""
        await ada.made("/payouts", body | {"earningIds": earned[:1]})

        answer = await ada.post("/payouts", body | {"earningIds": earned})

        assert (answer.status, answer.code) == (409, "conflict")


class TestLinks:
    async def test_link_and_unlink(self, ada, payout, earned):
        """Links are made one by one, and taken away all together."""
        path = f"/payouts/{payout['id']}"

        first = await ada.post(f"{path}/link", {"earningIds": earned[:1]})
        both = await ada.post(f"{path}/link", {"earningIds": earned[1:]})
        listed = await ada.pages(f"/earnings?payoutId={payout['id']}")
        none = await ada.post(f"{path}/unlink")

        assert first.tree["linked"]["net"] == 60
        assert both.tree["linked"]["net"] == 100
        assert {one["id"] for one in listed[0]} == set(earned)
        assert none.tree["linked"]["count"] == 0

    async def test_until_a_day(self, ada, body, payout, earned):
        """All up to a day are linked, but for what is paid already."""
        later = body | {"date": "2026-02-01", "amount": 7}
        await ada.made("/earnings", later)
        path = f"/payouts/{payout['id']}/link"

        done = await ada.post(path, {"until": "2026-01-31"})

        assert done.tree["linked"]["net"] == 100

    async def test_nothing(self, ada, payout):
        """To link nothing changes nothing."""
        done = await ada.post(f"/payouts/{payout['id']}/link", {})

        assert done.tree["linked"]["count"] == 0

    async def test_reason(self, ada, payout):
        """A residual has a reason of a list."""
        path = f"/payouts/{payout['id']}/explain"

        done = await ada.post(path, {"reason": "fees"})
        wrong = await ada.post(path, {"reason": "because"})

        assert done.tree["reason"] == "fees"
        assert (wrong.status, wrong.pointers) == (422, ["/reason"])

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("link", {"earningIds": []}),
            ("unlink", None),
            ("explain", {"reason": "fees"}),
        ],
    )
    async def test_nobodys(self, ada, path, body):
        """A payout that is not there is not found."""
        answer = await ada.post(f"/payouts/{STRANGER}/{path}", body)

        assert answer.status == 404


class TestReadAndRemove:
    async def test_one(self, ada, payout):
        """A payout is shown beside what it pays."""
        answer = await ada.get(f"/payouts/{payout['id']}")

        assert answer.tree["payout"] == payout
        assert answer.tree["residual"]["amount"] == 90

    async def test_list(self, ada, body, upwork):
        """Payouts are listed, the newest first, by days and platform."""
        first = (await ada.made("/payouts", body))["payout"]
        late = body | {"date": "2026-03-01"}
        second = (await ada.made("/payouts", late))["payout"]

        pages = await ada.pages("/payouts?limit=1")
        early = await ada.pages(
            f"/payouts?until=2026-02-01&platformId={upwork['id']}"
        )

        assert pages == [[second], [first]]
        assert early == [[first]]

    async def test_remove(self, ada, body, earned):
        """What a payout paid is open again once it is gone."""
        made = await ada.made("/payouts", body | {"earningIds": earned})
        path = f"/payouts/{made['payout']['id']}"

        gone = await ada.delete(path)

        assert gone.status == 204
        assert (await ada.get(path)).status == 404
        (page,) = await ada.pages("/earnings")
        assert {one["payoutId"] for one in page} == {None}
