{#- The schema a model names, and no other: staging, intermediate and marts are called so in every file. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
