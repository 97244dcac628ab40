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

{#- Two steps of a `with`: `counted_<breakdown>` groups the CTE `facts` once per breakdown with every metric side by side,
    `metrics_counted` puts the metrics under each other. `breakdowns`: breakdown -> column of the fact. -#}
{% macro count_metrics(family, breakdowns) -%}
    {%- set metrics = registered_metrics(family) -%}
    {%- for breakdown in metrics | map(attribute='breakdown_code') | unique %}
    {%- set column = breakdowns.get(breakdown) %}
counted_{{ breakdown }} as (
    select month_start_date, segment_code, region_code, {{ column or "'all'" }} as breakdown_code
        {%- for metric in metrics if metric.breakdown_code == breakdown %},
        {{ metric.numerator_sql }} as numerator_{{ loop.index }}, {{ metric.denominator_sql }} as denominator_{{ loop.index }}
        {%- endfor %}
    from facts
    group by month_start_date, segment_code, region_code{{ ', ' ~ column if column }}
),
    {%- endfor %}
metrics_counted as (
    {%- for breakdown in metrics | map(attribute='breakdown_code') | unique %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    {%- for metric in metrics if metric.breakdown_code == breakdown %}
    select month_start_date, '{{ metric.metric_code }}' as metric_code, segment_code, region_code, breakdown_code,
        numerator_{{ loop.index }} as numerator, denominator_{{ loop.index }} as denominator,
        '{{ metric.base_kind }}' as base_kind, '{{ metric.fingerprint }}' as fingerprint
    from counted_{{ breakdown }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- else %}
    select month_start_date, '' as metric_code, segment_code, region_code, '' as breakdown_code,
        cast(0 as bigint) as numerator, cast(0 as bigint) as denominator, '' as base_kind, '' as fingerprint
    from facts where false
    {%- endfor %}
)
{%- endmacro %}
