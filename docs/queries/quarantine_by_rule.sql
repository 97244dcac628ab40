-- Which records could not be loaded, by contract, file and broken rule, and what became of them?
select
    quarantine.contract_code,
    files.file_name,
    quarantine.rule_code,
    quarantine.column_name,
    quarantine.state,
    count(*) as n_records,
    min(quarantine.line_number) as first_line
from ops.quarantine as quarantine
inner join ops.extract_files as files using (extract_file_id)
group by all
order by all
