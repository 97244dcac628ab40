{#- A table, dropped and built in one transaction. -#}
{% materialization table, adapter='duckdb' -%}
    {%- set relation = this.incorporate(type='table') -%}
    {{ drop_other_type(relation) }}
    {% call statement('main') -%}
        {{ built_whole(relation, sql) }}
    {%- endcall %}
    {% do adapter.commit() %}
    {{ return({'relations': [relation]}) }}
{%- endmaterialization %}
