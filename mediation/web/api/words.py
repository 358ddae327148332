"""The words of an act as they were sent: the act itself hears them, so that all that is wrong with them is told at once."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, core_schema

Words = dict[str, Any]


@dataclass(frozen=True)
class Unheard:
    """Marks words that nobody has judged yet; OpenAPI tells them as the model that will hear them."""

    model: type[BaseModel]

    def __get_pydantic_core_schema__(self, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(_taken, handler.generate_schema(self.model))


def _taken(words: Any, hear: ValidatorFunctionWrapHandler) -> Any:
    """A mapping as it is; what is none can be refused at once."""
    return words if isinstance(words, dict) else hear(words)
