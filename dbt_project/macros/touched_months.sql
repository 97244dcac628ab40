{#- The months an incremental model replaces tonight: ops.touched_months closed under the model's reach, as ISO texts.
    reaches: 0 the month itself; n also the n months after it; forward every later month up to the night's own.
    also: a model whose months are replaced as well, since the clock alone changes them. Nothing at parse time. -#}
{% macro touched_months(reaches, also=none) -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set touched = builtins.source('ops', 'touched_months').include(database=false) -%}
    {%- set run = builtins.source('ops', 'run').include(database=false) -%}
    {%- set query -%}
        select month_start_date from {{ touched }}
        {%- if reaches == 'forward' %}
        union select distinct calendar.month_start_date
        from {{ builtins.source('config', 'calendar').include(database=false) }} as calendar
        cross join (select min(month_start_date) as first_month from {{ touched }}) as touched
        cross join {{ run }} as run
        where calendar.month_start_date >= touched.first_month and calendar.month_start_date <= run.as_of_date
        {%- else %}
        {%- for months in range(1, reaches | int + 1) %}
        union select {{ month_after('month_start_date', months) }} from {{ touched }}
        {%- endfor %}
        {%- endif %}
        {%- if also %}
        union select month_start_date from {{ ref(also) }}
        {%- endif %}
    {%- endset -%}
    {%- set months = run_query('select distinct cast(month_start_date as varchar) from (' ~ query ~ ') as months order by 1') -%}
    {{ return(months.columns[0].values() | list) }}
{%- endmacro %}

{#- The touched months of the model being built, by its meta. -#}
{% macro months_of_this_model() -%}
    {%- set meta = model.config.meta -%}
    {{ return(touched_months(meta.reaches, meta.get('also'))) }}
{%- endmacro %}

{#- A condition that keeps the months to be replaced; true where the whole table is built. -#}
{% macro in_touched_months(column='month_start_date') -%}
    {%- if not is_incremental() -%}{{ return('true') }}{%- endif -%}
    {{ return(column ~ ' in (' ~ month_literals(months_of_this_model()) ~ ')') }}
{%- endmacro %}

{#- Months as a list of date literals; a list that holds nothing is one null, which equals nothing. -#}
{% macro month_literals(months) -%}
    {%- for month in months -%}
        cast('{{ month }}' as date){{ ', ' if not loop.last }}
    {%- else -%}
        cast(null as date)
    {%- endfor -%}
{%- endmacro %}

{#- Incremental strategy: the touched months go, the months just computed come, in one transaction. -#}
{% macro get_incremental_replace_months_sql(arguments) -%}
    delete from {{ arguments['target_relation'] }}
    where month_start_date in ({{ month_literals(months_of_this_model()) }});
    insert into {{ arguments['target_relation'] }} ({{ contracted_columns() }})
    select {{ contracted_columns() }} from (
        {{ arguments['query'] }}
    ) as months_replaced
{%- endmacro %}
