{#- 1 where a rating counts as satisfied, 0 where it does not; null without a rating, or where the map uses the mean. -#}
{% macro is_satisfied(rating) -%}
    case when {{ rating }} >= items.satisfied_from then 1 when {{ rating }} < items.satisfied_from then 0 end
{%- endmacro %}
