{#- A view in one statement. dbt's own builds it under another name and renames twice, which costs more than the view. -#}
{% materialization view, adapter='duckdb' -%}
    {%- set relation = this.incorporate(type='view') -%}
    {{ drop_other_type(relation) }}
    {% call statement('main') -%}
        create or replace view {{ relation }} as (
            {{ checked_against_contract(sql) }}
        );
        {{ documented(relation) }}
    {%- endcall %}
    {% do adapter.commit() %}
    {{ return({'relations': [relation]}) }}
{%- endmaterialization %}
