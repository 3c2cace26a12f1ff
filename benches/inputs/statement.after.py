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


@dataclass(frozen=True)
class Tariff:
    """Fees by kind of title. `grace` is the number of days that cost nothing."""

    per_day: dict[str, Decimal]
    grace: int = 2
    ceiling: Decimal = Decimal("12.00")

    def fee(self, loan: Loan, today: dt.date) -> Decimal:
        end = loan.returned or today
        late = (end - loan.due).days - self.grace
        if late <= 0:
            return Decimal(0)
        rate = self.per_day.get(loan.title.kind, self.per_day["book"])
        return min(self.ceiling, (rate * late).quantize(CENT, ROUND_HALF_UP))


@dataclass
class Line:
    label: str
    detail: str
    amount: Decimal
    open: bool = False

    def columns(self, width: int) -> str:
        # A long label is cut in the middle: the end often tells two volumes of one work apart.
        room = width - 30
        label = self.label
        if len(label) > room:
            half = (room - 1) // 2
            label = label[:half] + "…" + label[-(room - 1 - half):]
        mark = "*" if self.open else " "
        return f"{mark}{label:<{room}}{self.detail:>16}{self.amount:>12.2f}"


@dataclass
class Statement:
    member: Member
    month: dt.date
    lines: list[Line] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def open_lines(self) -> list[Line]:
        return [line for line in self.lines if line.open]

    def add(self, label: str, detail: str, amount: Decimal, open: bool = False) -> None:
        self.lines.append(Line(label, detail, amount, open))


def address_block(address: Address) -> list[str]:
    """The address as the window of an envelope wants it: at most five lines, the country last."""
    lines = [address.street]
    if address.unit:
        lines[0] = f"{address.street}, {address.unit}"
    if address.country == "US":
        lines.append(f"{address.city}, {address.state} {address.postcode}")
    elif address.country in {"DE", "AT", "CH", "NL"}:
        lines.append(f"{address.postcode} {address.city}")
    else:
        lines.append(f"{address.city} {address.postcode}".upper())
    if address.country != "US":
        lines.append(address.country_name.upper())
    return lines


def group_by_kind(loans: list[Loan]) -> dict[str, list[Loan]]:
    groups: dict[str, list[Loan]] = {}
    for loan in sorted(loans, key=lambda loan: (loan.title.kind, loan.due, loan.title.name)):
        groups.setdefault(loan.title.kind, []).append(loan)
    return groups


def build(member: Member, loans: list[Loan], tariff: Tariff, today: dt.date) -> Statement:
    """One line a loan, in the order of the shelves; a subtotal where a kind has more than three."""
    statement = Statement(member, today.replace(day=1))
    for kind, group in group_by_kind(loans).items():
        subtotal = Decimal(0)
        for loan in group:
            fee = tariff.fee(loan, today)
            subtotal += fee
            if loan.returned is None:
                detail = f"due {loan.due:%d %b}"
            else:
                detail = f"back {loan.returned:%d %b}"
            statement.add(loan.title.name, detail, fee, open=loan.returned is None)
        if len(group) > 3:
            statement.add(f"All of kind {kind}", f"{len(group)} titles", subtotal)
    return statement


def render(statement: Statement, width: int = 78) -> str:
    member = statement.member
    head = [member.name, *address_block(member.address), ""]
    head.append(f"Statement for {statement.month:%B %Y}, member {member.number:06d}")
    rule = "-" * width
    body = [line.columns(width) for line in statement.lines]
    if not body:
        body = ["No loans this month."]
    foot = [f"{'Total':>{width - 12}}{statement.total:>12.2f}"]
    waiting = len(statement.open_lines)
    if waiting == 1:
        foot.append("* One title is still with you.")
    elif waiting > 1:
        foot.append(f"* {waiting} titles are still with you.")
    return "\n".join([*head, rule, *body, rule, *foot, ""])


def summary(statements: list[Statement]) -> str:
    """The page for the front desk: who owes most, then by name."""
    ranked = sorted(statements, key=lambda s: (-s.total, s.member.name.casefold()))
    rows = []
    for place, statement in enumerate(ranked, start=1):
        share = Decimal(0)
        if statement.lines:
            share = Decimal(100 * len(statement.open_lines)) / len(statement.lines)
        rows.append(f"{place:>3}. {statement.member.name:<40}{statement.total:>10.2f}{share:>7.0f} %")
    return "\n".join(rows)


def compare(current: Statement, previous: Statement) -> list[str]:
    """What changed since last month, as sentences for the cover page."""
    sentences = []
    difference = current.total - previous.total
    if difference > 0:
        sentences.append(f"You owe {difference:.2f} more than in {previous.month:%B}.")
    elif difference < 0:
        sentences.append(f"You owe {-difference:.2f} less than in {previous.month:%B}.")
    known = {line.label for line in previous.open_lines}
    for line in current.open_lines:
        if line.label in known:
            sentences.append(f"{line.label} has been with you since {previous.month:%B}.")
    return sentences or ["Nothing has changed since last month."]


def as_file_name(member: Member, month: dt.date) -> str:
    return f"{member.number:06d}-{month:%Y-%m}.txt"
