{#- Drops what stands under the model's name but is a view where a table is wanted, or the other way round. -#}
{% macro drop_other_type(relation) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none and existing.type != relation.type -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
{%- endmacro %}

{#- The model's query; where its contract is enforced, with names and types compared first. -#}
{% macro checked_against_contract(sql) -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}
    {{ sql }}
{%- endmacro %}

{#- Names of the contract's columns in their order. -#}
{% macro contracted_columns() -%}
    {{- model.columns.keys() | join(', ') -}}
{%- endmacro %}

{#- Statements that drop the table, create it as its contract says, fill and describe it. -#}
{% macro built_whole(relation, sql) -%}
    drop table if exists {{ relation }};
    create table {{ relation }}
    {{ get_table_columns_and_constraints() }};
    insert into {{ relation }} ({{ contracted_columns() }})
    select {{ contracted_columns() }} from (
        {{ checked_against_contract(sql) }}
    ) as contracted;
    {{ documented(relation) }}
{%- endmacro %}

{#- Statements that store the descriptions of relation and columns in the file. -#}
{% macro documented(relation) -%}
    {%- if config.persist_relation_docs() and model.description %}
    comment on {{ relation.type }} {{ relation }} is {{ duckdb_escape_comment(model.description) }};
    {%- endif %}
    {%- if config.persist_column_docs() %}
    {%- for name, column in model.columns.items() if column.description %}
    comment on column {{ relation }}.{{ name }} is {{ duckdb_escape_comment(column.description) }};
    {%- endfor %}
    {%- endif %}
{%- endmacro %}
