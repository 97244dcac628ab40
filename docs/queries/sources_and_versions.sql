-- How far does each source reach, is it late, and of how many records, files and row versions has it been made?
select
    sources.contract_code,
    sources.state,
    sources.data_to_date,
    sources.expected_to_date,
    sum(loads.n_records) as n_records,
    sum(loads.n_quarantined) as n_quarantined,
    sources.n_rows as n_versions,
    count(distinct loads.extract_file_id) as n_files
from ops.sources as sources
left join ops.extract_loads as loads using (contract_code)
group by all
order by sources.state desc, sources.contract_code
