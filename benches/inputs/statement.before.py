"""Monthly statements: what a member borrowed, what it cost, and what is still open."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from library.members import Address, Member
from library.titles import Title

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Loan:
    title: Title
    taken: dt.date
    due: dt.date
    returned: dt.date | None = None


def render(member: Member, loans: list[Loan]) -> str:
    lines = [member.name]
    for loan in loans:
        lines.append(f"{loan.title.name}  {loan.due:%d %b}")
    return "\n".join(lines)


def as_file_name(member: Member, month: dt.date) -> str:
    return f"{member.number:06d}-{month:%Y-%m}.txt"
