"""The steps of a referral can be read in order in one folder; weighing and interviewing add no rule of their own."""

import ast
import importlib
import inspect
import re

import pytest

from sim.market.codes import Step
from sim.processes import referral
from sim.processes.referral import interview, weigh


def test_the_folder_names_module_and_function_of_every_step_in_order() -> None:
    said = re.findall(r"^(\d)\. ([a-z ]+):.*?`(\w+)\.(\w+)`", referral.__doc__ or "", re.MULTILINE)
    assert [(int(number), step.replace(" ", "_"), module) for number, step, module, _ in said] == [
        (place, step, step) for place, step in enumerate(Step.words, start=1)
    ]
    for _, _, module, function in said:
        assert callable(getattr(importlib.import_module(f"sim.processes.referral.{module}"), function))


@pytest.mark.parametrize("step", [weigh, interview])
def test_the_employers_steps_only_call_the_desk(step) -> None:
    tree = ast.parse(inspect.getsource(step))
    calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert calls
    assert all(call.startswith("desk.") for call in calls), calls
    assert not any(isinstance(node, (ast.Compare, ast.BinOp, ast.BoolOp)) for node in ast.walk(tree))
