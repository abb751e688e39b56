"""The ten states of a dossier (TrangThaiHoSo) of the national public-service portal's data contract.

Source of the numbers and terms: the published code of a province's one-stop system that reports dossiers to the
national portal (seeded table of states); the groups follow the same system's report constants. What a state
does to the legal time limit is our reading of these groups, not a quotation of law.

**Trap: 9 read from the national portal does not mean that the result is ready.** That system sends its 5, 6 and
8 (waiting for papers, for payment, stopped) as 9, and gives dossiers without a due date a made-up 9. A 9 means a
result only where the end of processing (NgayKetThucXuLy) is filled: ask `result_is_ready`.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from types import MappingProxyType

from knowledge.errors import Wrong
from knowledge.vietnamese import fold


class UnknownStatusError(Wrong, ValueError):
    """A value that names none of the ten states; `value` is it, as given."""

    def __init__(self, value: object) -> None:
        super().__init__(f"not a dossier's state (1 to 10 or its Vietnamese name): {value!r}")
        self.value = value


class StatusGroup(IntEnum):
    """Who has the next step; each state is in exactly one group."""

    SUBMITTED = 1
    NOT_ACCEPTED = 2
    PENDING = 3
    WAITING_FOR_BUSINESS = 4
    STOPPED = 5
    FINISHED = 6


class Status(IntEnum):
    """The state of a dossier by its national number; `term` is the official Vietnamese name."""

    SUBMITTED = 1
    RECEIVED = 2
    REJECTED = 3
    PROCESSING = 4
    NEED_SUPPLEMENT = 5
    NEED_PAYMENT = 6
    WITHDRAWN = 7
    STOPPED = 8
    RESULT_READY = 9  # the official term says only that processing is over; see the trap above
    RETURNED = 10

    @property
    def term(self) -> str:
        """The official Vietnamese term, NFC."""
        return TERMS[self]

    @property
    def group(self) -> StatusGroup:
        """Who has the next step."""
        return _GROUPS[self]

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen: not accepted, withdrawn or handed over.

        9 is not final, its result is still to be handed over (and see the trap); nor is 8, as the sources use
        it both for a pause and for an end.
        """
        return self in (Status.REJECTED, Status.WITHDRAWN, Status.RETURNED)

    @property
    def clock_is_running(self) -> bool:
        """Whether the agency's time limit runs: received or in processing, not while the business must act."""
        return self.group is StatusGroup.PENDING

    @property
    def waits_for_business(self) -> bool:
        """Whether the next step is the business's: papers to add or a fee to pay."""
        return self.group is StatusGroup.WAITING_FOR_BUSINESS


TERMS = MappingProxyType(
    {
        Status.SUBMITTED: "Mới đăng ký",
        Status.RECEIVED: "Được tiếp nhận",
        Status.REJECTED: "Không được tiếp nhận",
        Status.PROCESSING: "Đang xử lý",
        Status.NEED_SUPPLEMENT: "Yêu cầu bổ sung giấy tờ",
        Status.NEED_PAYMENT: "Yêu cầu thực hiện nghĩa vụ tài chính",
        Status.WITHDRAWN: "Công dân yêu cầu rút hồ sơ",
        Status.STOPPED: "Dừng xử lý",
        Status.RESULT_READY: "Đã xử lý xong",
        Status.RETURNED: "Đã trả kết quả",
    }
)
"""The official Vietnamese terms."""

_GROUPS = MappingProxyType(
    {
        Status.SUBMITTED: StatusGroup.SUBMITTED,
        Status.REJECTED: StatusGroup.NOT_ACCEPTED,
        Status.RECEIVED: StatusGroup.PENDING,
        Status.PROCESSING: StatusGroup.PENDING,
        Status.NEED_SUPPLEMENT: StatusGroup.WAITING_FOR_BUSINESS,
        Status.NEED_PAYMENT: StatusGroup.WAITING_FOR_BUSINESS,
        Status.STOPPED: StatusGroup.STOPPED,
        Status.RESULT_READY: StatusGroup.FINISHED,
        Status.RETURNED: StatusGroup.FINISHED,
        Status.WITHDRAWN: StatusGroup.FINISHED,
    }
)

# Texts of the same states in OpenCPS (its public frontend), mapped as its dossiers are reported nationally.
_OTHER_NAMES = MappingProxyType(
    {
        "Hồ sơ mới nhận": Status.RECEIVED,
        "Chờ bổ sung": Status.NEED_SUPPLEMENT,
        "Chờ thanh toán": Status.NEED_PAYMENT,
    }
)


def _bare(name: str) -> str:
    return " ".join(fold(name).split())


_BY_NAME = MappingProxyType(
    {
        **{_bare(term): status for status, term in TERMS.items()},
        **{_bare(name): status for name, status in _OTHER_NAMES.items()},
    }
)
_BY_NUMBER = MappingProxyType({text: s for s in Status for text in (str(int(s)), f"{int(s):02}")})


def parse_status(value: int | str) -> Status:
    """The state that a number (9), its digits ("9", "09") or its Vietnamese name stands for.

    Names are compared whole, without regard to case, marks and blanks. Raises `UnknownStatusError` (a ValueError)
    for anything else, also for 0, by which some systems mean a dossier that several agencies handle together.
    """
    found: Status | None = None
    if isinstance(value, str):
        found = _BY_NUMBER.get(value.strip()) or _BY_NAME.get(_bare(value))
    elif type(value) is not bool and value in Status.__members__.values():
        found = Status(value)
    if found is None:
        raise UnknownStatusError(value)
    return found


def result_is_ready(status: Status, finished_on: date | None) -> bool:
    """Whether a result waits to be collected: 9, and the end of processing (NgayKetThucXuLy) is known.

    False for 10, as its result has been handed over. `finished_on` may be a datetime; None is not filled.
    """
    return status is Status.RESULT_READY and finished_on is not None
