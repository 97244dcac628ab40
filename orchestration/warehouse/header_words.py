"""Words by which delivered files call the canonical columns, in English, German and Chinese: what `contract draft` knows by name.

A name is written as `guessing.plain_name` makes it: lower case, words joined by _, number for no, nr, num and #. The order of
its words does not matter.
"""

from collections.abc import Mapping

HEADER_WORDS: Mapping[str, tuple[str, ...]] = {
    "complaint_id": (
        "complaint", "complaint_number", "complaint_id", "ticket", "ticket_id", "ticket_number", "ticket_key", "case_number", "case_id",
        "case", "incident", "incident_id", "incident_number", "issue_id", "issue_key", "request_id", "request_number",
        "service_request_number", "reference", "reference_number", "unique_key", "number", "id", "key", "vorgang", "vorgangsnummer",
        "vorgangs_number", "beschwerdenummer", "beschwerde_number", "ticketnummer", "fallnummer", "fall_number", "reklamationsnummer",
        "aktenzeichen", "工单编号", "工单号", "工单", "投诉编号", "投诉单号", "编号", "单号", "受理编号", "事件编号",
        "留言编号", "反馈编号", "complaint_reference",
    ),
    "delivery_id": (
        "delivery", "delivery_number", "order", "order_id", "order_number", "waybill", "waybill_number", "shipment", "shipment_id",
        "shipment_number", "tracking_number", "consignment_number", "lieferung", "liefernummer", "lieferschein", "lieferscheinnummer",
        "sendungsnummer", "auftragsnummer", "bestellnummer", "运单号", "运单编号", "订单号", "订单编号", "配送单号",
    ),
    "case_id": (
        "case", "case_number", "application_number", "application_id", "order_number", "antragsnummer", "申请编号", "项目编号",
        "case_concept_name",
    ),
    "response_id": (
        "response", "review_id", "respondent", "respondent_id", "answer_id", "interview_id", "participant_id", "fragebogennummer",
        "问卷编号", "答卷编号",
        "respnum", "respondent_number",
    ),
    "customer_key": (
        "customer", "customer_number", "customer_id", "customer_code", "client", "client_id", "client_number", "account", "account_id",
        "account_number", "kunde", "kundennummer", "kunden_number", "kundenkennung", "客户编号", "客户号", "用户编号", "户号", "客户",
        "留言用户", "用户", "caller", "caller_id", "requester", "requester_id",
    ),
    "customer_id": (
        "customer", "customer_number", "customer_code", "client", "client_id", "client_number", "account_number", "kunde", "kundennummer",
        "kunden_number", "客户编号", "客户号", "用户编号", "户号",
    ),
    "customer_name": ("name", "customer", "client_name", "company", "company_name", "kundenname", "firma", "客户名称", "名称"),
    "opened_at": (
        "opened", "opened_on", "open_date", "date_opened", "created", "created_at", "created_on", "created_date", "date_created",
        "creation_date", "received", "received_at", "received_on", "date_received", "reported", "reported_at", "reported_on", "submitted",
        "submitted_at", "date_submitted", "applied_at", "logged", "date_logged", "raised_on", "date", "date_month_year", "opened_time",
        "eingang", "eingangsdatum", "eingang_am", "eingegangen_am", "eroffnet", "eroffnet_am", "eroffnungsdatum", "erfasst_am",
        "erstellt", "erstellt_am", "angelegt_am", "gemeldet_am", "meldedatum", "datum", "受理时间", "受理日期", "投诉时间", "投诉日期",
        "创建时间", "创建日期", "登记时间", "提交时间", "发生时间", "申请时间", "日期",
        "留言时间", "留言日期", "反馈时间", "raised", "raised_at", "date_raised", "raised_date", "start_date",
        "case_start_date",
    ),
    "due_at": (
        "due", "due_on", "due_date", "date_due", "deadline", "sla_due", "target_date", "resolve_by", "frist", "fallig", "fallig_am",
        "falligkeitsdatum", "frist_bis", "办结时限", "截止时间", "截止日期", "时限", "要求完成时间",
        "case_deadline",
    ),
    "first_response_at": (
        "first_response", "first_responded_at", "first_reply", "first_reply_at", "first_contacted", "first_response_time", "responded_at",
        "erste_antwort", "erstantwort", "erstantwort_am", "首次响应时间", "响应时间", "首次答复时间", "答复时间",
    ),
    "resolved_at": (
        "resolved", "resolved_on", "resolved_date", "date_resolved", "resolution_date", "resolution_time", "solved", "solved_at",
        "solved_on", "date_solved", "completed", "completed_at", "completed_on", "completion_date", "date_completed", "fixed_at",
        "erledigt", "erledigt_am", "erledigungsdatum", "erledigt_datum", "gelost", "gelost_am", "losungsdatum", "办结时间", "办结日期",
        "解决时间", "解决日期", "处理完成时间", "完成时间",
    ),
    "closed_at": (
        "closed", "closed_on", "closed_date", "close_date", "date_closed", "closing_date", "closing_time", "close_time", "finished_at",
        "geschlossen", "geschlossen_am", "abgeschlossen", "abgeschlossen_am", "abschluss", "abschlussdatum", "归档时间", "归档日期",
        "关闭时间", "关闭日期", "结案时间",
        "case_end_date",
    ),
    "status_code": (
        "status", "state", "ticket_status", "case_status", "current_status", "stand", "zustand", "bearbeitungsstand", "状态", "工单状态",
        "处理状态",
        "incident_state", "order_status", "order_state",
    ),
    "category_code": (
        "category", "type", "complaint_type", "case_type", "issue_type", "issue", "reason", "topic", "product", "kategorie", "art",
        "grund", "beschwerdeart", "beschwerdegrund", "thema", "类别", "类型", "投诉类型", "投诉类别", "业务类型", "分类",
    ),
    "channel_code": (
        "channel", "received_via", "submitted_via", "origin", "case_origin", "contact_type", "intake_channel", "medium", "kanal",
        "eingangskanal", "eingangsweg", "渠道", "受理渠道", "来源", "受理方式",
        "source", "case_channel",
    ),
    "department_code": (
        "department", "team", "group", "assignment_group", "queue", "unit", "abteilung", "bereich", "fachbereich", "责任部门", "部门",
        "处理部门", "承办单位", "承办部门",
        "agency", "agency_name", "case_department",
    ),
    "region_code": (
        "region", "area", "district", "borough", "state", "region_name", "gebiet", "bezirk", "bundesland", "区域", "地区", "所属区域",
        "省份",
        "neighborhood", "neighbourhood",
    ),
    "owner_id": (
        "agent", "agent_id", "agent_name", "assignee", "assigned_to", "owner", "case_owner", "handler", "handled_by", "account_manager",
        "manager", "bearbeiter", "bearbeiter_id", "sachbearbeiter", "zustandig", "verantwortlich", "betreuer", "经办人", "处理人",
        "受理人", "负责人", "客户经理",
        "org_resource", "case_responsible",
    ),
    "staff_id": (
        "employee", "employee_id", "employee_number", "personalnummer", "mitarbeiter", "mitarbeiternummer", "工号", "员工编号",
        "operator",
    ),
    "staff_name": ("name", "employee_name", "mitarbeitername", "姓名", "员工姓名"),
    "is_valid": ("valid", "justified", "upheld", "berechtigt", "begrundet", "是否有理", "是否属实"),
    "description": (
        "details", "subject", "text", "complaint_text", "customer_complaint", "title", "summary", "narrative", "short_description",
        "notes", "beschreibung", "betreff", "beschwerdetext", "inhalt", "内容", "投诉内容", "描述", "问题描述", "标题",
        "留言详情", "留言内容", "留言主题", "complaint_narrative", "consumer_complaint_narrative", "complaint_description",
    ),
    "comment_text": ("comment", "comments", "remark", "verbatim", "kommentar", "bemerkung", "内容", "评论", "意见"),
    "event_code": ("event", "action", "activity", "ereignis", "aktion", "操作", "事件"),
    "is_within_deadline": ("made_sla", "sla_met", "timely_response", "within_deadline", "fristgerecht", "是否按期"),
    "n_reopened": ("reopen_count", "reopened", "reopenings", "times_reopened", "重开次数"),
    "happened_at": ("time", "timestamp", "event_time", "event_date", "happened", "zeitpunkt", "时间", "操作时间"),
    "called_at": ("called", "call_date", "call_time", "callback_date", "ruckruf_am", "回访时间", "回访日期"),
    "is_reached": ("reached", "answered", "erreicht", "是否接通"),
    "is_satisfied": ("satisfied", "zufrieden", "是否满意"),
    "ordered_at": (
        "ordered", "order_date", "order_time", "created_at", "created", "bestellt_am", "bestelldatum", "auftragsdatum", "下单时间",
        "下单日期",
        "purchase_date", "purchased_at", "purchase_timestamp", "order_timestamp",
    ),
    "promised_at": (
        "promised", "promised_date", "estimated_delivery", "estimated_delivery_date", "eta", "zugesagt_am", "liefertermin", "承诺时间",
        "预计送达时间",
        "promised_delivery_date",
    ),
    "delivered_at": (
        "delivered", "delivery_date", "delivery_time", "date_delivered", "geliefert_am", "lieferdatum", "zugestellt_am", "送达时间",
        "签收时间",
        "delivered_date",
    ),
    "n_items": ("pieces", "quantity", "items", "menge", "anzahl", "件数", "数量"),
    "route_code": ("route", "vehicle", "tour", "线路", "车辆"),
    "step_code": ("step", "schritt", "步骤", "环节"),
    "stage_code": ("stage", "phase", "阶段", "环节", "concept_name"),
    "entered_at": ("entered", "start", "started_at", "start_time", "begin", "beginn", "开始时间", "time_timestamp"),
    "left_at": ("left", "end", "ended_at", "end_time", "ende", "结束时间"),
    "instrument_code": ("instrument", "questionnaire", "survey", "fragebogen", "问卷"),
    "item_code": ("item", "question", "question_id", "frage", "题号", "题目"),
    "answered_at": (
        "answered", "answer_date", "submitted_at", "submitted", "time", "date", "response_date", "beantwortet_am", "答题时间", "提交时间",
    ),
    "sent_at": ("sent", "sent_date", "invited_at", "invitation_date", "versandt_am", "发送时间"),
    "returned_at": ("returned", "return_date", "completed_at", "ruckmeldung_am", "回收时间"),
    "satisfaction": ("score", "rating", "satisfaction_score", "stars", "zufriedenheit", "bewertung", "满意度", "评分"),
    "importance": ("importance_score", "wichtigkeit", "重要度", "重要性"),
    "score": ("rating", "punkte", "得分"),
    "weight": ("sampling_weight", "gewicht", "权重"),
    "segment_code": ("segment", "customer_type", "customer_segment", "kundensegment", "客户类型", "客户分类"),
    "opened_date": ("customer_since", "since", "kunde_seit", "开户日期"),
    "source_key": ("alias", "external_id", "foreign_key"),
}  # fmt: skip
CLOCK_WORDS = ("time", "uhrzeit", "zeit", "时间", "时刻")
"""Names of a column that holds the time of day beside a date."""
TRUE_WORDS = ("true", "1", "yes", "y", "ja", "j", "是")
FALSE_WORDS = ("false", "0", "no", "n", "nein", "否")
