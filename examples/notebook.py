"""A notebook: what is left, and what an hour of work brought.

Run it as a script, or cell by cell in an editor that knows `# %%`.
"""

# %% [markdown]
# # What was left of the year?

# %%
from datetime import date, timedelta
from pathlib import Path

from moneyed import Money

from earntrack_core import EarnTrack, NewEarning, NewPlatform, Step


HERE = Path(__file__).parent

et = EarnTrack.open()  # in memory: it is gone when the notebook is closed
me = et.local(currency="USD")

# %% [markdown]
# ## Read a statement, and see what became of its records

# %%
with (HERE / "upwork.csv").open("rb") as file:
    report = et.import_file(file)

print(report.counts.data_rows, "records,", report.counts.imported, "new")

# %% [markdown]
# ## Add what no platform exports

# %%
workshops = et.platforms.create(me, NewPlatform(name="Workshops"))
et.earnings.create(
    me,
    NewEarning(
        platform_id=workshops.id,
        earned_on=date(2026, 2, 20),
        gross=Money("900.00", "USD"),
        worked=timedelta(hours=12),
        notes="Two days of testing in Python",
    ),
)

# %% [markdown]
# ## What is left, of all time

# %%
for one in et.net_by_platform():
    print(one)

# %% [markdown]
# ## And month by month

# %%
for row in et.earnings.summary(me, step=Step.MONTH, by_platform=False):
    print(row.start, row.totals.net.amount, "after", row.totals.fee.amount)

# %%
et.close()
