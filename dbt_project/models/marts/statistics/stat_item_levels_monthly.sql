{%- set keys = 'month_start_date, instrument_code, wave_code, mode_code, segment_code, region_code, owner_id, item_code' -%}
with answers as (
    select * from {{ ref('fct_answer') }}
    where is_valid_response and {{ in_touched_months() }}
),

cells as (
    select
        {{ keys }}, satisfaction, importance, expectation,
        count(*) as n_answers,
        sum(weight) as sum_weight,
        sum(weight * weight) as sum_weight_squared
    from answers
    group by {{ keys }}, satisfaction, importance, expectation
),

levels as (
    {%- for measure in ['satisfaction', 'importance', 'expectation'] %}
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
