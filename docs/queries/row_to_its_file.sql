-- From a row to its file: which file and record delivered the complaints that are open now, and when did we first see them?
select
    complaints.source_code,
    complaints.complaint_id,
    files.file_name,
    raw_rows.record_number,
    loads.contract_code,
    raw_rows.extracted_at,
    files.known_at,
    files.sha256
from marts.fct_complaint as complaints
inner join raw.complaints_complaints as raw_rows using (source_code, complaint_id)
inner join ops.extract_files as files on raw_rows.extract_file_id = files.extract_file_id
inner join ops.extract_loads as loads
    on files.extract_file_id = loads.extract_file_id and loads.table_name = 'complaints_complaints'
where complaints.is_open
order by complaints.opened_at, complaints.complaint_id
