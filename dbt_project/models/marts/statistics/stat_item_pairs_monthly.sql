{%- set keys = ['month_start_date', 'instrument_code', 'wave_code', 'mode_code', 'segment_code', 'region_code'] -%}
with answers as (
    select * from {{ ref('fct_answer') }}
    where is_valid_response and {{ in_touched_months() }}
),

items as (
    select * from {{ source('config', 'items') }}
),

responses as (
    select *, row_number() over (order by response_id asc nulls last) as response_number
    from (select distinct {{ keys | join(', ') }}, source_code, response_id, weight from answers) as distinct_responses
),

cells as (
    select *, row_number() over (order by month_start_date asc nulls last) as cell_number
    from (select distinct {{ keys | join(', ') }} from responses) as distinct_cells
),

answers_numbered as (
    select
        cells.cell_number,
        responses.response_number,
        responses.weight,
        cast(responses.weight * 1000000 as bigint) as weight_millionths,
        answers.item_code,
        items.item_order,
        answers.satisfaction, answers.importance, answers.expectation, {{ is_satisfied('answers.satisfaction') }} as satisfied
    from answers
    inner join items on answers.instrument_code = items.instrument_code and answers.item_code = items.item_code
    inner join responses
        on answers.month_start_date = responses.month_start_date
        and answers.source_code = responses.source_code
        and answers.response_id = responses.response_id
        and answers.instrument_code = responses.instrument_code
    inner join cells
        on {% for key in keys %}responses.{{ key }} = cells.{{ key }}
        {{ 'and ' if not loop.last }}{% endfor %}
),

ratings as (
    {%- for measure in ['satisfaction', 'importance', 'expectation', 'satisfied'] %}
    select
        cell_number, response_number, weight, weight_millionths,
        item_order * {{ loop.length }} + {{ loop.index }} as position, item_code, '{{ measure }}' as measure_code, {{ measure }} as rating
    from answers_numbered
    where {{ measure }} is not null
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

pairs as (
    select
        a.cell_number, a.position as position_a, b.position as position_b,
        count(*) as n_pairs,
        sum(a.rating) as sum_a,
        sum(b.rating) as sum_b,
        sum(a.rating * b.rating) as sum_ab,
        sum(a.rating * a.rating) as sum_aa,
        sum(b.rating * b.rating) as sum_bb,
        sum(a.weight) as sum_weight,
        sum(a.weight * a.weight) as sum_weight_squared,
        sum(a.weight_millionths * a.rating) as sum_wa,
        sum(a.weight_millionths * b.rating) as sum_wb,
        sum(a.weight_millionths * (a.rating * b.rating)) as sum_wab,
        sum(a.weight_millionths * (a.rating * a.rating)) as sum_waa,
        sum(a.weight_millionths * (b.rating * b.rating)) as sum_wbb
    from ratings as a
    inner join ratings as b on a.response_number = b.response_number and a.position <= b.position
    group by a.cell_number, a.position, b.position
),

positions as (
    select distinct cell_number, position, item_code, measure_code from ratings
)

select
    {%- for key in keys %}
    cells.{{ key }},
    {%- endfor %}
    positions_a.item_code as item_a,
    positions_a.measure_code as measure_a,
    positions_b.item_code as item_b,
    positions_b.measure_code as measure_b,
    {%- for sum in ['n_pairs', 'sum_a', 'sum_b', 'sum_ab', 'sum_aa', 'sum_bb'] %}
    cast(pairs.{{ sum }} as bigint) as {{ sum }},
    {%- endfor %}
    cast(pairs.sum_weight as decimal(38, 6)) as sum_weight,
    cast(pairs.sum_weight_squared as decimal(38, 12)) as sum_weight_squared
    {%- for sum in ['sum_wa', 'sum_wb', 'sum_wab', 'sum_waa', 'sum_wbb'] %},
    cast(pairs.{{ sum }} as decimal(31, 0)) * cast('0.000001' as decimal(7, 6)) as {{ sum }}
    {%- endfor %}
from pairs
inner join cells on pairs.cell_number = cells.cell_number
inner join positions as positions_a
    on pairs.cell_number = positions_a.cell_number and pairs.position_a = positions_a.position
inner join positions as positions_b
    on pairs.cell_number = positions_b.cell_number and pairs.position_b = positions_b.position
