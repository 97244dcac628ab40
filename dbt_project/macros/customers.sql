{#- What a customer was on the day of an event, from the CTE `customers` (periods of dim_customer). -#}
{% macro customer_on(relation, day) -%}
    customers.customer_id = {{ relation }}.customer_id
    and customers.valid_from_date <= cast({{ day }} as date)
    and customers.valid_to_date > cast({{ day }} as date)
{%- endmacro %}

{#- The alias by which a source knows a customer on a day, from the CTE `aliases`. -#}
{% macro alias_on(relation, day) -%}
    aliases.source_code = {{ relation }}.source_code
    and aliases.customer_key = {{ relation }}.customer_key
    and aliases.valid_from_date <= cast({{ day }} as date)
{%- endmacro %}

{#- The customer's columns every fact carries, frozen at the event. -#}
{% macro frozen_customer(region=none, owner=none) -%}
    coalesce(customers.customer_id, 'unmatched') as customer_id,
    coalesce(customers.segment_code, 'unknown') as segment_code,
    coalesce({{ region ~ ', ' if region }}customers.region_code, 'unknown') as region_code,
    coalesce(customers.tier_code, 'unknown') as tier_code,
    {% if owner %}coalesce({{ owner }}, customers.owner_id){% else %}customers.owner_id{% endif %} as owner_id
{%- endmacro %}
