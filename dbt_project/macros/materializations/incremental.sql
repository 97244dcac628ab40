{#- A table built whole the first time, afterwards by its strategy, which reads the model's query without a copy of its rows. -#}
{% materialization incremental, adapter='duckdb' -%}
    {%- set relation = this.incorporate(type='table') -%}
    {{ drop_other_type(relation) }}
    {% call statement('main') -%}
        {%- if is_incremental() -%}
            {%- set strategy = adapter.get_incremental_strategy_macro(context, config.require('incremental_strategy')) -%}
            {{ strategy({'target_relation': relation, 'query': checked_against_contract(sql)}) }}
        {%- else -%}
            {{ built_whole(relation, sql) }}
        {%- endif -%}
    {%- endcall %}
    {% do adapter.commit() %}
    {{ return({'relations': [relation]}) }}
{%- endmaterialization %}
