{#- A view keeps the text of its query. Without the name of the database file in it, the view also works in a copy of the
    file that has another name, which every published generation is. -#}
{% macro ref() -%}
    {{ return(builtins.ref(*varargs, **kwargs).include(database=false)) }}
{%- endmacro %}

{% macro source() -%}
    {{ return(builtins.source(*varargs).include(database=false)) }}
{%- endmacro %}
