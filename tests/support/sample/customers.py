"""Customers, staff and the keys by which other systems know a customer."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from support.sample.stories import SINKING
from support.sample.streams import Month, stream

N_CUSTOMERS, N_KEY, N_STAFF = 220, 12, 48
REGIONS = ("north", "south", "east", "west", "central")
REGION_ZH = dict(zip(REGIONS, ("华北", "华南", "华东", "西部", "华中"), strict=True))
SEGMENT_AS_WRITTEN = {"key": "KA", "corporate": "CORP", "sme": "SME", "retail": "RETAIL", "public": "GOV"}
CITIES = [
    "北京",
    "天津",
    "石家庄",
    "广州",
    "深圳",
    "佛山",
    "上海",
    "苏州",
    "杭州",
    "宁波",
    "成都",
    "重庆",
    "西安",
    "武汉",
    "长沙",
    "郑州",
    "合肥",
    "南京",
    "厦门",
    "昆明",
]
BRANDS = [
    "恒达",
    "瑞丰",
    "中科",
    "华泰",
    "金桥",
    "海润",
    "安信",
    "明达",
    "宏图",
    "顺成",
    "博远",
    "天启",
    "万佳",
    "新源",
    "嘉禾",
    "正阳",
    "云帆",
    "启明",
    "永盛",
    "德润",
]
TRADES = ("机械", "食品", "电子", "医药", "纺织", "建材", "汽配", "商贸", "软件", "印务")
ENGLISH = [
    "Hawthorn",
    "Alder",
    "Linden",
    "Kestrel",
    "Marlow",
    "Ashby",
    "Fenwick",
    "Calder",
    "Harrow",
    "Stanton",
    "Wexford",
    "Radley",
    "Thornbury",
    "Beckett",
    "Colby",
]
ENGLISH_TRADES = ("Medical Supplies", "Foods", "Components", "Textiles", "Instruments", "Chemicals", "Paper", "Optics")
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚"
FIRST_NAMES, LAST_NAMES = (
    ["Alice", "Brian", "Carol", "Daniel", "Emma", "Frank", "Grace", "Henry"],
    ["Hughes", "Morgan", "Patel", "Quinn", "Reed", "Shaw", "Turner", "Wells"],
)
DEPARTMENTS = ("customer_care", "transport", "network", "billing", "sales")
ROLES = {"customer_care": "agent", "transport": "courier", "network": "engineer", "billing": "clerk", "sales": "account_manager"}


@dataclass(frozen=True)
class Customers:
    """The customers as parallel arrays."""

    customer_id: np.ndarray
    account: np.ndarray
    segment: np.ndarray
    region: np.ndarray
    activity: np.ndarray
    effect: np.ndarray
    sinks: np.ndarray
    opened: np.ndarray
    closed: np.ndarray
    is_english: np.ndarray

    def shares(self, month: Month, factor: np.ndarray | float = 1.0) -> np.ndarray:
        """Probability of each customer to be the one something happens to in the month."""
        is_there = (self.opened.astype("datetime64[M]") < month.value) & ~(self.closed.astype("datetime64[M]") <= month.value)
        weight = self.activity * factor * is_there
        return weight / weight.sum()


@cache
def make_customers(scale: int) -> Customers:
    """The customers; at any scale the first twelve are the key accounts of the stories."""
    rng, n = stream("customers"), N_CUSTOMERS * scale
    n_key = N_KEY * scale
    segment = np.concatenate(
        [np.repeat("key", n_key), rng.choice(["corporate", "sme", "retail", "public"], n - n_key, p=[0.24, 0.38, 0.24, 0.14])]
    )
    region = np.concatenate([np.resize(REGIONS, n_key), rng.choice(REGIONS, n - n_key, p=[0.20, 0.22, 0.24, 0.14, 0.20])])
    ids = np.array([f"C{i:04d}" for i in range(1, n + 1)])
    size = pl.Series(segment).replace_strict({"key": 7.0, "corporate": 2.4, "sme": 1.0, "retail": 0.6, "public": 1.2}).to_numpy()
    activity = size * rng.lognormal(0, 0.35, n) ** (segment != "key")
    is_late_comer = (rng.random(n) < 0.12) & (segment != "key")
    opened = np.where(
        is_late_comer, np.datetime64("2024-09-01") + rng.integers(0, 760, n), np.datetime64("2016-01-01") + rng.integers(0, 3000, n)
    )
    leaves = (rng.random(n) < 0.03) & (segment != "key")
    closed = np.where(leaves, np.datetime64("2026-01-31") + rng.integers(0, 200, n), np.datetime64("NaT"))
    return Customers(
        ids, np.array([f"NG-{104_729 + 37 * i}" for i in range(n)]), segment, region, activity, rng.normal(0, 0.16, n),
        np.isin(ids, SINKING), opened, closed, rng.random(n) < 0.3,
    )  # fmt: skip


def names(customers: Customers) -> list[str]:
    """Company names in Chinese or English; each occurs once."""
    rng, seen, result = stream("names"), set(), []
    for i, is_english in enumerate(customers.is_english):
        chinese = f"{rng.choice(CITIES)}{rng.choice(BRANDS)}{rng.choice(TRADES)}有限公司"
        name = f"{rng.choice(ENGLISH)} {rng.choice(ENGLISH_TRADES)} Ltd" if is_english else chinese
        result.append(name if name not in seen else f"{name} {i}")
        seen.add(name)
    return result


def customer_table(customers: Customers) -> pl.DataFrame:
    """The CRM's sheet: one line per customer and period; about one in eight changed tier or grew into another segment."""
    rng, n = stream("periods"), len(customers.customer_id)
    first = pl.DataFrame({
        "Customer No": customers.customer_id, "Valid from": customers.opened, "Name": names(customers),
        "Segment": customers.segment, "Region": [REGION_ZH[r] for r in customers.region],
        "Tier": rng.choice(["gold", "silver", "bronze"], n, p=[0.2, 0.4, 0.4]),
        "Industry": rng.choice(["manufacturing", "trade", "health", "public", "services"], n),
        "Account manager": [f"E{41 + i % 8:03d}" for i in rng.integers(0, 8, n)],
        "Customer since": customers.opened, "Customer until": customers.closed,
    })  # fmt: skip
    changed = first.filter(pl.Series(rng.random(n) < 0.125) & (pl.col("Segment") != "key"))
    day = np.datetime64("2024-10-01") + 30 * rng.integers(0, 26, changed.height)
    second = changed.with_columns(
        pl.Series("Valid from", day), Tier=pl.lit("gold"), Segment=pl.col("Segment").replace({"sme": "corporate"})
    )
    both = pl.concat([first, second.filter(pl.col("Valid from") > pl.col("Customer since"))])
    return both.with_columns(pl.col("Segment").replace_strict(SEGMENT_AS_WRITTEN)).sort("Customer No", "Valid from")


def alias_table(customers: Customers) -> pl.DataFrame:
    """Account numbers of the delivery system; the other systems use the customer number."""
    return pl.DataFrame(
        {"system": "delivery_system", "account": customers.account, "customer_no": customers.customer_id, "since": customers.opened}
    )


def staff_table() -> pl.DataFrame:
    """Members of staff E001 to E048; the last eight are account managers."""
    rng = stream("staff")
    department = np.concatenate([np.resize(DEPARTMENTS[:4], N_STAFF - 8), np.repeat("sales", 8)])
    chinese = [rng.choice(list(SURNAMES)) + "".join(rng.choice(list(GIVEN), 2, replace=False)) for _ in range(N_STAFF)]
    english = [f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}" for _ in range(N_STAFF)]
    region = rng.choice(REGIONS, N_STAFF)
    return pl.DataFrame({
        "id": [f"E{i:03d}" for i in range(1, N_STAFF + 1)], "name": np.where(rng.random(N_STAFF) < 0.25, english, chinese),
        "role": [ROLES[d] for d in department], "region": region,
        "station": [f"{r}_{i}" for r, i in zip(region, rng.integers(1, 4, N_STAFF), strict=True)],
        "department": department,
    })  # fmt: skip


def staff_of(department: str, rng: np.random.Generator, n: int) -> np.ndarray:
    """Random members of one department (account managers for sales)."""
    if department == "sales":
        return np.array([f"E{i:03d}" for i in rng.integers(41, 49, n)])
    offset = DEPARTMENTS.index(department)
    return np.array([f"E{4 * i + offset + 1:03d}" for i in rng.integers(0, 10, n)])


def month_table(customers: Customers, month: Month, n_deliveries: np.ndarray) -> pl.DataFrame:
    """Revenue, cost and shipments of one month for every customer who is there."""
    rng, n = stream("customer_months", month.number), len(customers.customer_id)
    revenue = customers.activity * 2_600 * rng.lognormal(0, 0.06, n) + n_deliveries * 310 * rng.lognormal(0, 0.05, n)
    frame = pl.DataFrame({
        "customer_no": customers.customer_id, "month": str(month.value), "revenue_cny": np.round(revenue, 2),
        "cost_cny": np.round(revenue * rng.normal(0.78, 0.04, n), 2), "shipments": n_deliveries, "products": 1 + rng.poisson(1.2, n),
    })  # fmt: skip
    return frame.filter(pl.Series(customers.shares(month) > 0))
