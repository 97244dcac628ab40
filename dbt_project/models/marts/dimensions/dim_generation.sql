with generations as (
    select * from {{ source('ops', 'generations') }}
),

sources as (
    select * from {{ source('ops', 'sources') }}
),

newest as (
    select max(generation_code) as generation_code from generations
)

select
    generations.generation_code,
    generations.as_of,
    sources.contract_code,
    sources.source_code,
    sources.data_to_date,
    sources.state
from generations
inner join newest on generations.generation_code = newest.generation_code
cross join sources
