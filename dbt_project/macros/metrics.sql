{#- The registry's metrics of one family with their compiled SQL; nothing at parse time. -#}
{% macro registered_metrics(family) -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set query -%}
        select metric_code, numerator_sql, denominator_sql, breakdown_code, base_kind, fingerprint
        from {{ builtins.source('config', 'metrics').include(database=false) }}
        where family_code = '{{ family }}' order by metric_order, metric_code
    {%- endset -%}
    {{ return(run_query(query).rows | list) }}
{%- endmacro %}

{#- Steps of a `with`: `<family>_by_<breakdown>` groups a family's facts once per breakdown with every metric side by side,
    `metrics_counted` puts the metrics under each other. `families`: family -> CTE of its facts; `breakdowns`: breakdown -> column. -#}
{% macro count_metrics(families, breakdowns={}) -%}
    {%- set selects = [] -%}
    {%- for family, facts in families.items() %}
    {%- set metrics = registered_metrics(family) -%}
    {%- for breakdown in metrics | map(attribute='breakdown_code') | unique %}
    {%- set column = breakdowns.get(breakdown) %}
{{ family }}_by_{{ breakdown }} as (
    select month_start_date, segment_code, region_code, {{ column or "'all'" }} as breakdown_code
        {%- for metric in metrics if metric.breakdown_code == breakdown %},
        {{ metric.numerator_sql }} as numerator_{{ loop.index }}, {{ metric.denominator_sql }} as denominator_{{ loop.index }}
        {%- do selects.append(metric_select(metric, family ~ '_by_' ~ breakdown, loop.index)) -%}
        {%- endfor %}
    from {{ facts }}
    group by month_start_date, segment_code, region_code{{ ', ' ~ column if column }}
),
    {%- endfor %}
    {%- endfor %}
metrics_counted as (
    {%- for select in selects %}
    {{ select }}
    {{- '\n    union all' if not loop.last }}
    {%- else %}
    select month_start_date, '' as metric_code, segment_code, region_code, '' as breakdown_code,
        cast(0 as bigint) as numerator, cast(0 as bigint) as denominator, '' as base_kind, '' as fingerprint
    from {{ families.values() | first }} where false
    {%- endfor %}
)
{%- endmacro %}

{#- One metric of a step that holds several side by side. -#}
{% macro metric_select(metric, step, position) -%}
    select month_start_date, '{{ metric.metric_code }}' as metric_code, segment_code, region_code, breakdown_code,
        numerator_{{ position }} as numerator, denominator_{{ position }} as denominator,
        '{{ metric.base_kind }}' as base_kind, '{{ metric.fingerprint }}' as fingerprint
    from {{ step }}
{%- endmacro %}

{#- Who answers for a fact, as a breakdown of metrics. -#}
{% macro owner_of_metric() -%}
    coalesce(owner_id, 'nobody')
{%- endmacro %}
