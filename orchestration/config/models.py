"""Types of config/*.yaml: workspace, instruments, thresholds, calendar, recipients. Frozen; unknown keys refused."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,64}$")]
Locale = Literal["en", "zh"]
CutRule = Literal["scale_midpoint", "grand_mean", "median", "target"]
ImportanceRule = Literal["rated", "top_one", "top_two", "top_three", "top_four", "top_five"]
PICKS: dict[ImportanceRule, int] = {"top_one": 1, "top_two": 2, "top_three": 3, "top_four": 4, "top_five": 5}
HeadlineRule = Literal["importance_weighted", "equal", "overall_item", "acsi"]


class Model(BaseModel):
    """Base of everything a client may write: immutable, and a key nobody knows is an error, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MisfitError(ValueError):
    """Faults of one file in several places: key, what is wrong, what to do. A validator raises it; the reader names the lines."""

    def __init__(self, faults: Iterable[tuple[tuple[str | int, ...], str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{what}: {hint}" for _, what, hint in self.faults))


class Text(Model):
    """One text in both languages; a missing Chinese text falls back to the English one."""

    en: str
    zh: str = ""

    def of(self, locale: Locale) -> str:
        """The text in `locale`."""
        return self.zh if locale == "zh" and self.zh else self.en


class Workspace(Model):
    """config/workspace.yaml: whose warehouse this is."""

    company: Text
    time_zone: str = "Asia/Shanghai"
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "CNY"
    locales: tuple[Locale, ...] = ("en", "zh")
    fiscal_year_starts: Annotated[int, Field(ge=1, le=12)] = 1
    calendar: Literal["china", "weekdays"] = "china"
    headline: HeadlineRule = "importance_weighted"
    instrument: Code = Field(default="", description="instrument whose index is the headline; empty: nobody is asked, no index")
    analysts_group: str = ""
    analysts_see: Literal["names", "tokens"] = Field(
        default="names", description="tokens: customers' names are not read at all; customer_id and customer_token stand for them"
    )
    answers_contact: str = Field(default="", description="named person and address who answers questions on the report")
    keep_generations: Annotated[int, Field(ge=2, description="at most this many published generations are kept")] = 14
    keep_generations_gb: Annotated[float, Field(gt=0)] | None = Field(
        default=None,
        description="at most this many GB of published generations are kept; the published one and the one before it stay in any case",
    )
    keep_originals_days: Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="days after which the original of a loaded extract that lies in landing/ no more is deleted; empty: never. What needs "
        "it later, a changed contract or a full refresh, is refused until a copy is put back",
    )
    landing_rest_seconds: Annotated[float, Field(ge=0, le=600)] = Field(
        default=2, description="a new file of landing/ must lie this long without a change; a night with new files waits once for it"
    )


class Item(Model):
    """One item of an instrument."""

    code: Code
    dimension: Code = ""
    text: Text
    short: Text = Field(description="label on a chart, at most 24 letters")
    department: Code = ""
    is_overall: bool = False


class Dimension(Model):
    """One dimension of an instrument, such as SERVQUAL's five."""

    code: Code
    text: Text


class Instrument(Model):
    """config/instruments/*.yaml: one questionnaire with its scales."""

    code: Code
    title: Text
    scale_min: int = 1
    scale_max: int = 5
    importance_min: int = 1
    importance_max: int = 5
    asks_importance: bool = True
    importance: ImportanceRule = Field(
        default="rated",
        description="rated: every item on the importance scale; top_three: the respondent names the three items that matter most, and "
        "the importance of an item is the share of all respondents who name it",
    )
    satisfaction_measure: Literal["mean", "top2_share"] = Field(
        default="mean",
        description="satisfaction on the map: the mean rating, or the share of ratings in the two highest levels, which named "
        "importance (top_three) is compared with",
    )
    nps_item: Code | None = None
    nps_scale_max: int = 10
    dimensions: tuple[Dimension, ...] = ()
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    acsi_items: tuple[Code, ...] = ()
    minimum_answers_for_valid: int = Field(default=1, description="items a response must answer to count as valid")
    aliases: dict[Code, Code] = Field(default_factory=dict, description="item code of a wave -> item code of today")

    @property
    def n_picks(self) -> int | None:
        """How many items a respondent may name as those that matter most; None where importance is rated or not asked."""
        return PICKS.get(self.importance) if self.asks_importance else None


class Target(Model):
    """A plan for one metric or for the overall index, in force from a day on."""

    metric: Code = Field(description="metric code, or overall_index")
    value: float
    valid_from: date
    source: str = Field(description="who set it and where it is written")


class Thresholds(Model):
    """config/thresholds.yaml: every number that decides a word, a colour or an exclusion."""

    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    cut_rule: CutRule = "grand_mean"
    cut_target_satisfaction: float | None = None
    cut_target_importance: float | None = None
    membership_undecided_below: Annotated[float, Field(ge=0.5, le=1)] = 0.80
    membership_draws: Annotated[int, Field(ge=1000)] = 20_000
    membership_seed: int = 1
    membership_months: Annotated[int, Field(ge=1)] = Field(
        default=13, description="months of the whole company whose map gets probabilities"
    )
    hide_below_n: int = 30
    note_below_n: int = 100
    suppress_below_count: int = 5
    index_matters_from: float = Field(default=1.0, description="points of 0-100 below which a change is small")
    share_matters_from: float = Field(default=0.01, description="share below which a change of a rate is small")
    average_matters_from: float = Field(default=0.5, description="workdays or hours below which a change of an average is small")
    near_miss_share: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.02, description="share below a stage's goal up to which a miss is near, and amber"
    )
    far_miss_share: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.1, description="share below a stage's goal beyond which a miss is far, and printed dark"
    )
    false_discovery_rate: float = 0.05
    power: float = 0.80
    process_limit_months: int = 24
    process_limit_minimum_months: int = 12
    limit_near_workdays: Annotated[int, Field(ge=0)] = Field(
        default=1, description="working days left of its limit at which a running stage or case is near it"
    )
    repeat_contact_days: Annotated[int, Field(ge=1, le=28)] = Field(
        default=28, description="days within which another complaint of the same customer is a repeated one"
    )
    nps_interval: Literal["adjusted_wald", "wald"] = "adjusted_wald"
    targets: tuple[Target, ...] = ()


class CodeText(Model):
    """How a code is printed."""

    code: Code
    text: Text


class Labels(Model):
    """config/labels.yaml: printed names of segments, regions, departments, categories, channels, sources and contracts."""

    segments: tuple[CodeText, ...] = ()
    regions: tuple[CodeText, ...] = ()
    departments: tuple[CodeText, ...] = ()
    categories: tuple[CodeText, ...] = ()
    channels: tuple[CodeText, ...] = ()
    sources: tuple[CodeText, ...] = ()
    contracts: tuple[CodeText, ...] = Field(default=(), description="names of contracts, printed where several fill one table")


class CalendarDay(Model):
    """One day on which the company differs from the calendar."""

    day: date
    is_workday: bool
    reason: str


class CalendarOverride(Model):
    """config/calendar/*.yaml: a year supplied or corrected by the company."""

    year: int
    source: str
    is_complete: bool = Field(default=False, description="true: this file is the year's published calendar")
    days: tuple[CalendarDay, ...] = ()


class Recipient(Model):
    """One recipient of a report."""

    name: str
    address: str
    locale: Locale = "en"
    report: Code = "monthly_executive"
    regions: tuple[Code, ...] = Field(default=(), description="scope; empty: the whole company")


class Recipients(Model):
    """config/recipients.yaml."""

    sender_name: str
    sender_address: str
    list_id: str = ""
    unsubscribe_address: str = ""
    recipients: tuple[Recipient, ...] = ()
