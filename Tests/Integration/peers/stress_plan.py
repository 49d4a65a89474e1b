# ===----------------------------------------------------------------------===#
# This source file is part of the Temporal External Storage for Swift project
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
# ===----------------------------------------------------------------------===#
"""What a random workflow of `Scripts/stress` has to come to: the same drawing as `Tests/Integration/WorkflowStress/Plan.swift`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MASK = (1 << 64) - 1
KINDS = (
    "activity refused local longLocal timer sideEffect patch memo attribute condition race timeout parallel uuid scope "
    "localRace child leftChild cancelledChild signal cancel childSignals continueAsNew nexus "
    "nexusRace"
).split()
ALONE = KINDS[:16]
ENDINGS = ["failure", "slowResult", "slowResult", "slowResult", "slowResult", "result", "result", "result"]
OUTCOMES = {
    "condition": {"met", "late"},
    "race": {"timer", "activity"},
    "localRace": {"timer", "ok"},
    "timeout": {"timer", "activity"},
    "signal": {"sent", "gone", "nobody"},
    "childSignals": {"sent", "gone"},
    "cancel": {"sent", "gone", "nobody"},
}


class SplitMix:
    """A generator that is the same in every language."""

    def __init__(self, seed: int) -> None:
        self._state = seed & MASK

    def next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        return mixed ^ (mixed >> 31)

    def below(self, bound: int) -> int:
        return self.next() % bound


@dataclass
class Step:
    kind: str
    is_large: bool
    chance: int


@dataclass
class Plan:
    seed: int
    depth: int
    ending: str = ""
    admits_cancellation: bool = False
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        random = SplitMix(self.seed)
        self.ending = ENDINGS[random.below(8)]
        self.admits_cancellation = random.below(2) == 0
        count = 2 + random.below(9 if self.depth == 0 else 4)
        if self.depth == 0 and random.below(16) == 0:
            count *= 8
        kinds = KINDS if self.depth == 0 else ALONE
        for _ in range(count):
            kind = kinds[random.below(len(kinds))]
            self.steps.append(Step(kind, random.below(4) == 0, random.next() >> 11))

    def outcomes(self, index: int) -> set[str]:
        """What a step may come to."""
        step = self.steps[index]
        if step.kind == "child":
            return {"planned" if Plan(step.chance, self.depth + 1).ending == "failure" else "ok"}
        if step.kind == "cancelledChild":
            # A child that waits for half a minute ends by itself while the server is away.
            return {"ok", f"{self.seed}/{index}"}
        return OUTCOMES.get(step.kind, {"ok"})

    def faults(self, trace: list[str], *, whole: bool, loses_children: bool = False) -> list[str]:
        """What is wrong with the steps that a walk says it has done.

        One that was reset loses children, which end with the run that started them.
        """
        if len(trace) > len(self.steps) or (whole and len(trace) < len(self.steps)):
            return [f"{len(trace)} steps instead of {len(self.steps)}"]
        found = []
        for index, line in enumerate(trace):
            if loses_children and "hild" in self.steps[index].kind:
                continue
            allowed = {f"{index} {self.steps[index].kind} {outcome}" for outcome in self.outcomes(index)}
            if line not in allowed:
                found.append(f'"{line}" where {sorted(allowed)} is right')
        return found


def known(token: str, is_large: bool) -> str:
    """A text that follows from a token, so that whoever knows the token knows whether it is the right one."""
    value = 0xCBF29CE484222325
    for byte in token.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return f"{token}={f'{value:x}' * (2000 if is_large else 1)}"


def note(token: str, is_large: bool) -> dict[str, Any]:
    return {"token": token, "isLarge": is_large, "text": known(token, is_large)}
