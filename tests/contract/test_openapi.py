"""The sandbox keeps the published contract: whatever is asked, the answer has a shape that stands there."""

from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case
from schemathesis.checks import (
    CheckFunction,
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig

from engine.sandbox.app import app_of
from tests.sandboxes import CAMPAIGN, HEADERS, sandbox

CONTRACT = Path(__file__).with_name("openapi.yaml")
BUILT = r"^/(initiate|logs|campaigns)"
"""The part of the contract that a campaign engine calls; customers are loaded by control."""

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_GENERATION = GenerationConfig(max_examples=40, deterministic=True, with_security_parameters=False)
_CONFIG = SchemathesisConfig(seed=1, projects=ProjectsConfig(default=ProjectConfig(generation=_GENERATION)))

schema = schemathesis.openapi.from_path(CONTRACT, config=_CONFIG)
schema.app = app_of(sandbox(10))
built = schema.include(path_regex=BUILT)


@built.parametrize()
def test_every_answer_has_a_documented_shape(case: Case[Any]) -> None:
    """Statuses, content types and bodies stand in the contract, and nothing is our own mistake."""
    case.call_and_validate(headers=HEADERS, checks=CHECKS)
    for name in case.path_parameters or {}:
        # Made-up campaigns end in 404; the one that exists goes all the way.
        case.path_parameters[name] = CAMPAIGN
        case.call_and_validate(headers=HEADERS, checks=CHECKS)


def test_what_is_called_stands_in_the_contract() -> None:
    """The checks above cover six operations: with a path misspelt they would cover none."""
    assert len(list(built.get_all_operations())) == 6
