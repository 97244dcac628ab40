with items as (
    select * from {{ source('config', 'items') }}
)

select
    instrument_code,
    item_code,
    item_order,
    dimension_code,
    text_en,
    text_zh,
    short_en,
    short_zh,
    department_code,
    is_overall,
    is_nps,
    is_acsi,
    scale_min,
    scale_max,
    importance_min,
    importance_max,
    n_picks,
    satisfied_from,
    minimum_answers_for_valid,
    in_index
from items
