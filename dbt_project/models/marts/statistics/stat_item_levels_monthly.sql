{%- set keys = 'month_start_date, instrument_code, wave_code, mode_code, segment_code, region_code, owner_id, item_code' -%}
with answers as (
    select * from {{ ref('fct_answer') }}
    where is_valid_response and {{ in_touched_months() }}
),

items as (
    select * from {{ source('config', 'items') }}
),

answers_counted as (
    select
        {{ keys }}, satisfaction, importance, expectation,
        count(*) as n_answers,
        sum(weight) as sum_weight,
        sum(weight * weight) as sum_weight_squared
    from answers
    group by {{ keys }}, satisfaction, importance, expectation
),

cells as (
    select answers_counted.*, {{ is_satisfied('answers_counted.satisfaction') }} as satisfied
    from answers_counted
    left join items on answers_counted.instrument_code = items.instrument_code and answers_counted.item_code = items.item_code
),

levels as (
    {%- for measure in ['satisfaction', 'importance', 'expectation', 'satisfied'] %}
    select {{ keys }}, '{{ measure }}' as measure_code, {{ measure }} as level, n_answers, sum_weight, sum_weight_squared
    from cells
    where {{ measure }} is not null
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select
    month_start_date,
    instrument_code,
    wave_code,
    mode_code,
    segment_code,
    region_code,
    coalesce(owner_id, '') as owner_id,
    item_code,
    measure_code,
    level,
    cast(sum(n_answers) as bigint) as n_answers,
    cast(sum(sum_weight) as decimal(38, 6)) as sum_weight,
    cast(sum(sum_weight_squared) as decimal(38, 12)) as sum_weight_squared
from levels
group by {{ keys }}, measure_code, level
