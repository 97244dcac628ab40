{#- The limit that fits a case on the day it enters a stage or span, from the CTE `limits`: its rows overlap nowhere. -#}
{% macro limit_on(relation, code) -%}
    {{ relation }}.process_code = limits.process_code
    and {{ code }} = limits.limit_code
    and {{ relation }}.has_resource = limits.has_resource
    and {{ relation }}.size_value >= limits.size_from
    and ({{ relation }}.size_value < limits.size_below or limits.size_below is null)
    and cast({{ relation }}.entered_at as date) >= limits.valid_from_date
    and cast({{ relation }}.entered_at as date) < limits.valid_to_date
{%- endmacro %}

{#- Whether what ran from entry to exit kept its limit; null: neither limit nor deadline, still running within it, or contradictory. -#}
{% macro is_within_limit(relation) -%}
    case
        when {{ relation }}.is_contradictory then null
        -- a deadline of the case's own is what this customer was promised, so the stage's limit does not count beside it
        when {{ relation }}.due_at is not null and {{ relation }}.counted_to > {{ relation }}.due_at then false
        when {{ relation }}.due_at is null and {{ relation }}.supplier_workdays > {{ relation }}.limit_workdays then false
        when {{ relation }}.is_running then null
        when {{ relation }}.due_at is not null or {{ relation }}.supplier_workdays <= {{ relation }}.limit_workdays then true
    end
{%- endmacro %}

{#- Working days left of a running limit, or up to its own deadline, from `calendar` joined as due_days and the CTE of `night_of_run`. -#}
{% macro workdays_left(relation) -%}
    case
        when not {{ relation }}.is_running or {{ relation }}.is_contradictory then null
        when {{ relation }}.due_at is not null then due_days.workday_rank - run.workday_rank
        else {{ relation }}.limit_workdays - {{ relation }}.supplier_workdays
    end
{%- endmacro %}

{#- Running, not over the limit, and no more working days left of it than the workspace calls near. -#}
{% macro is_limit_near(relation) -%}
    {{ workdays_left(relation) }} between 0 and run.near_workdays and ({{ relation }}.due_at is null or {{ relation }}.counted_to <= {{ relation }}.due_at)
{%- endmacro %}

{#- The one night of the run with its working day and what is near a limit: the body of a CTE `run` beside a CTE `calendar`. -#}
{% macro night_of_run() -%}
    select nights.as_of, calendar.workday_rank, thresholds.near_workdays
    from {{ source('ops', 'run') }} as nights
    cross join (
        select max(value_number) as near_workdays
        from {{ source('config', 'parameters') }}
        where parameter_code = 'thresholds.limit_near_workdays'
    ) as thresholds
    left join calendar on calendar.date_day = cast(nights.as_of as date)
{%- endmacro %}
