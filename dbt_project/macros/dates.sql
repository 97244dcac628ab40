{#- First day of the month of a date or timestamp. -#}
{% macro month_of(moment) -%}
    cast(date_trunc('month', {{ moment }}) as date)
{%- endmacro %}

{#- First day of the month after the one that begins on `month`. -#}
{% macro month_after(month, months=1) -%}
    cast({{ month }} + interval '{{ months }}' month as date)
{%- endmacro %}

{#- Calendar days from one moment's date to another's. -#}
{% macro days_between(earlier, later) -%}
    cast(extract(day from (cast(cast({{ later }} as date) as timestamp) - cast(cast({{ earlier }} as date) as timestamp))) as integer)
{%- endmacro %}

{#- Whole hours from one moment to another, rounded down. -#}
{% macro hours_between(earlier, later) -%}
    cast(extract(day from ({{ later }} - {{ earlier }})) * 24 + extract(hour from ({{ later }} - {{ earlier }})) as integer)
{%- endmacro %}
