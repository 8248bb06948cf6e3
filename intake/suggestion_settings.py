"""Settings of near tickets, hot spots and of what suggestions learn; part of ``Settings``."""

from typing import Annotated

from pydantic import BaseModel, Field


class SuggestionSettings(BaseModel):
    """Days, hours and metres within which tickets belong together, and when the model learns."""

    near_days: Annotated[int, Field(ge=1, le=365)] = 30
    near_likely: Annotated[float, Field(gt=0, lt=1)] = 0.85
    near_possible: Annotated[float, Field(gt=0, lt=1)] = 0.6
    near_related: Annotated[float, Field(gt=0, lt=1)] = 0.3
    recurrence_days: Annotated[int, Field(ge=1, le=90)] = 15
    hot_spot_tickets: Annotated[int, Field(ge=3, le=100)] = 5
    hot_spot_hours: Annotated[int, Field(ge=1, le=48)] = 3
    hot_spot_metres: Annotated[int, Field(ge=50, le=5_000)] = 300
    retrain_hour: Annotated[int, Field(ge=0, le=23)] = 2
    retrain_decisions: Annotated[int, Field(ge=1, le=100_000)] = 50
