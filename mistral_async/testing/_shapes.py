"""The request bodies of the API, written down field by field, as `_validation` reads them. A route may write its own.

`name*: type` is required, `?` allows null, `(a,b)` bounds a number or a length, `{a|b}` is a closed set and `{a|…}` an
open one, `...` lets unknown keys pass. `@tag a=Shape, b=Shape` is a union told apart by `tag`; `@tag:a` assumes `a`
where the tag is missing.
"""

from __future__ import annotations

_SAMPLING = (
    "stop: str|list[str]?; random_seed: int(0,)?; metadata: dict?; max_tokens: int(0,)?; min_tokens: "
    "int(0,)?; stream: bool?; "
    "prompt_cache_key: str?; "
)
_GENERATION = (
    _SAMPLING
    + "response_format: ResponseFormat?; tools: list[Tool]?; tool_choice: ToolChoice|{auto|none|any|required}?; "
    + "presence_penalty: float(-2,2)?; frequency_penalty: float(-2,2)?; repetition_penalty: float?; top_k: int?; "
    + "logprobs: bool?; top_logprobs: int?; prompt_logprobs: bool?; top_prompt_logprobs: int?; n: int(1,)?; "
    + "prediction: Prediction?; parallel_tool_calls: bool?; "
    + "reasoning_effort: {none|minimal|low|medium|high|xhigh|max|…}?; prompt_mode: {reasoning|…}?; "
    + "guardrails: list[Guardrail]?; service_tier: {auto|standard_only}?; "
)
_AGENT = (
    "instructions: str?; tools: list[Tool]; completion_args: CompletionArgs; guardrails: "
    "list[Guardrail]?; description: str?; "
    "handoffs: list[str]?; metadata: dict?; version_message: str(0,500)?; "
)
_CONVERSATION = "stream: bool?; store: bool?; handoff_execution: {client|server}?; "
_TRAINING = (
    "training_steps: int(1,)?; learning_rate: float(0,1); weight_decay: float(0,1)?; warmup_fraction: float(0,1)?; "
    "epochs: float?; seq_len: int(100,)?; fim_ratio: float(0,1)?"
)
_RESPONSE = (
    "model*: str; input*: str|list[any]; instructions: str?; parallel_tool_calls: bool?; previous_response_id: any; "
    "truncation: {disabled}?; tools: list[any]?; tool_choice: any; reasoning: dict?; conversation: any; "
    "prompt: any; text: dict?; "
)
_VOICE = (
    "languages: list[str]?; gender: {female|male|neutral}?; age: int?; tags: list[str]?; description: str(0,500)?; "
)
_SCHEDULE = (
    "calendars: list[dict]?; intervals: list[ScheduleInterval]?; cron_expressions: list[str]?; skip: list[dict]?; "
    "start_at: str?; end_at: str?; jitter: str?; time_zone_name: str?; policy: SchedulePolicy?; max_executions: int?"
)

SHAPES: dict[str, str] = {
    # messages
    "Message": "@role system=SystemMessage, user=UserMessage, assistant=AssistantMessage, tool=ToolMessage",
    "SystemMessage": "role*: str; content*: str|list[Chunk]",
    "UserMessage": "role*: str; content*: str|list[Chunk]?",
    "AssistantMessage": "role*: str; content: str|list[Chunk]?; tool_calls: list[ToolCall]?; prefix: bool",
    "ToolMessage": "role*: str; content*: str|list[Chunk]?; tool_call_id: str?; name: str?",
    "ToolCall": "id: str; type: str; function*: FunctionCall; index: int",
    "FunctionCall": "name*: str; arguments*: dict|str",
    # chunks
    "Chunk": (
        "@type:text text=TextChunk, image_url=ImageURLChunk, document_url=DocumentURLChunk, reference=ReferenceChunk, "
        "file=FileChunk, thinking=ThinkChunk, input_audio=AudioChunk, resource=ResourceChunk, "
        "resource_link=ResourceLinkChunk, "
        "tool_file=ToolFileChunk, tool_reference=ToolReferenceChunk"
    ),
    "TextChunk": "type: str; text*: str",
    "ImageURLChunk": "type: str; image_url*: str|ImageURL",
    "ImageURL": "url*: str; detail: str?",
    "DocumentURLChunk": "type: str; document_url*: str; document_name: str?",
    "ReferenceChunk": "type: str; reference_ids*: list[int|str]",
    "FileChunk": "type: str; file_id*: str",
    "ThinkChunk": "type: str; thinking*: list[Chunk]; signature: str?; closed: bool",
    "AudioChunk": "type: str; input_audio*: str|dict",
    "ResourceChunk": "type: str; uri*: str; content*: Chunk",
    "ResourceLinkChunk": "type: str; uri*: str; metadata: dict?",
    "ToolFileChunk": "type: str; tool*: str; file_id*: str; file_name: str?; file_type: str?",
    "ToolReferenceChunk": (
        "type: str; tool*: str; title*: str; url: str?; favicon: str?; description: str?; source: str?"
    ),
    # tools and formats
    "Tool": (
        "@type:function function=FunctionTool, web_search=BuiltInTool, web_search_premium=BuiltInTool, "
        "code_interpreter=BuiltInTool, image_generation=BuiltInTool, document_library=LibraryTool, "
        "connector=ConnectorTool"
    ),
    "FunctionTool": "type: str; function*: Function",
    "Function": "name*: str; description: str?; parameters*: dict; strict: bool?",
    "BuiltInTool": "type: str; tool_configuration: ToolConfiguration?",
    "LibraryTool": "type: str; library_ids*: list[str](1,); tool_configuration: ToolConfiguration?",
    "ConnectorTool": "type: str; connector_id*: str; authorization: dict?; tool_configuration: ToolConfiguration?",
    "ToolConfiguration": "include: list[str]?; exclude: list[str]?; requires_confirmation: list[str]?",
    "ToolChoice": "type: str; function*: FunctionName",
    "FunctionName": "name*: str",
    "ResponseFormat": "type: {text|json_object|json_schema}; json_schema: JSONSchema?",
    "JSONSchema": "name*: str; schema*: dict; description: str?; strict: bool?",
    "Prediction": "type: str; content: str",
    "Guardrail": "block_on_error: bool; moderation_llm_v1: Moderation?; moderation_llm_v2: Moderation?",
    "Moderation": (
        "model_name: str; custom_category_thresholds: dict?; ignore_other_categories: bool; action: {none|block}"
    ),
    "CompletionArgs": (
        "stop: str|list[str]?; presence_penalty: float(-2,2)?; frequency_penalty: float(-2,2)?; temperature: "
        "float(0,1)?; "
        "top_p: float(0,1)?; max_tokens: int(0,)?; random_seed: int(0,)?; prediction: Prediction?; "
        "response_format: ResponseFormat?; tool_choice: {auto|none|any|required}?; reasoning_effort: str?"
    ),
    # inference
    "ChatCompletionRequest": (
        "model*: str; messages*: list[Message]; temperature: float(0,1.5)?; top_p: float(0,1)?; safe_prompt: bool?; "
        + _GENERATION
    ),
    "AgentsCompletionRequest": "messages*: list[Message]; agent_id*: str; " + _GENERATION,
    "FIMCompletionRequest": (
        "model*: str; prompt*: str; suffix: str?; temperature: float(0,1.5)?; top_p: float(0,1)?; " + _SAMPLING
    ),
    "EmbeddingRequest": (
        "model*: str; input*: str|list[str]; metadata: dict?; output_dimension: int(1,)?; "
        "output_dtype: {float|int8|uint8|binary|ubinary}?; encoding_format: {float|base64}?"
    ),
    "ClassificationRequest": "model*: str; input*: str|list[str]; metadata: dict?",
    "ChatModerationRequest": "model*: str; input*: list[Message]|list[list[Message]]",
    "ChatClassificationRequest": "model*: str; input*: InstructRequest|list[InstructRequest]",
    "InstructRequest": "messages*: list[Message]",
    "OCRRequest": (
        "model*: str?; document*: OCRFile|OCRURL|OCRImage; pages: str|list[int]?; include_image_base64: bool?; "
        "image_limit: int?; image_min_size: int?; bbox_annotation_format: ResponseFormat?; "
        "document_annotation_format: ResponseFormat?; document_annotation_prompt: str?; "
        "table_format: {markdown|html}?; extract_header: bool; extract_footer: bool; include_blocks: bool; "
        "confidence_scores_granularity: {word|page|block}?; id: str"
    ),
    "OCRFile": "type: {file}; file_id*: str",
    "OCRURL": "type: {document_url}; document_url*: str; document_name: str?",
    "OCRImage": "type: {image_url}; image_url*: str|ImageURL",
    "CreateResponseRequest": (
        _RESPONSE
        + "background: bool?; stream: bool?; store: bool?; max_output_tokens: int?; temperature: float?; top_p: "
        "float?; "
        "metadata: dict?; prompt_cache_key: str?; max_tool_calls: int?; moderation: any; top_logprobs: any; ..."
    ),
    "CountResponseInputTokensRequest": _RESPONSE + "...",
    "SpeechRequest": (
        "input*: str; model: str?; metadata: dict?; stream: bool?; prompt_cache_key: str?; voice_id: str?; "
        "ref_audio: str?; "
        "expressiveness: float?; phoneme_hints: dict?; conversation_history: list[any]?; "
        "response_format: {pcm|wav|mp3|flac|opus}; ..."
    ),
    "RealtimeTranscriptionUpdate": (
        "audio_format: RealtimeAudioFormat?; target_streaming_delay_ms: int(0,)?; diarize: bool?; "
        "context_bias: list[str]?; language: str(2,2)?; speaker_references: dict?; turn_detection: TurnDetection?"
    ),
    "RealtimeAudioFormat": (
        "encoding*: {pcm_s16le|pcm_s32le|pcm_f16le|pcm_f32le|pcm_mulaw|pcm_alaw}; sample_rate*: int(8000,96000)"
    ),
    "TurnDetection": (
        "start_threshold: float(0,1); eager_end_threshold: float(0,1); end_threshold: float(0,1); "
        "min_silence_ms: int(0,); end_timeout_ms: int(0,)?"
    ),
    "RealtimeSpeechUpdate": (
        "voice: str?; ref_audio: str?; streaming_mode: {responsive|long_form}?; "
        "response_format: {pcm|wav|mp3|flac|opus}?; expressiveness: float(1,)?"
    ),
    "AudioTranscriptionRequest": (
        "model*: str; file_url: str(1,2083)?; file_id: str?; language: str(2,2)?; temperature: any; stream: "
        "any; diarize: any; "
        "context_bias: any; speaker_references: any; timestamp_granularities: any"
    ),
    "VoiceCreateRequest": (
        "name*: str; color: str?; retention_notice: int; sample_audio*: str?; sample_filename: str?; slug: str?; "
        + _VOICE
    ),
    "VoiceUpdateRequest": "name: str?; retention_notice: int?; " + _VOICE,
    # files, models, jobs
    "FileUploadRequest": (
        "purpose: {fine-tune|batch|ocr|agentic_safety|audio}; expiry: any; visibility: {workspace|user}"
    ),
    "UpdateModelRequest": "name: str?; description: str?",
    "CreateFineTuningJobRequest": (
        "model*: str; hyperparameters*: TrainingParameters; training_files: list[TrainingFile]; "
        "validation_files: list[str]?; "
        "suffix: str(0,18)?; integrations: list[Wandb]?; auto_start: bool; invalid_sample_skip_percentage: "
        "float(0,0.5); "
        "job_type: {completion|classifier}?; repositories: list[Repository]?; classifier_targets: "
        "list[ClassifierTarget]?"
    ),
    "TrainingParameters": _TRAINING,
    "TrainingFile": "file_id*: str; weight: float",
    "Wandb": "type: {wandb}; project*: str; api_key*: str(40,40); name: str?; run_name: str?",
    "Repository": "type: {github}; name*: str; owner*: str; token*: str; ref: str?; weight: float",
    "ClassifierTarget": "name*: str; labels*: list[str]; weight: float(0,); loss_function: {single_class|multi_class}?",
    "CreateBatchJobRequest": (
        "endpoint*: "
        "{/v1/chat/completions|/v1/embeddings|/v1/fim/completions|/v1/moderations|/v1/chat/moderations|/v1/ocr|"
        "/v1/classifications|/v1/chat/classifications|/v1/conversations|/v1/audio/transcriptions}; "
        "input_files: list[str]?; requests: list[BatchRequest](0,10000)?; model: str?; agent_id: str?; "
        "metadata: dict?; "
        "timeout_hours: int(1,168)"
    ),
    "BatchRequest": "body*: dict; custom_id: str?",
    # agents and conversations
    "CreateAgentRequest": "model*: str; name*: str; " + _AGENT,
    "UpdateAgentRequest": "model: str?; name: str?; deployment_chat: bool?; " + _AGENT,
    "ConversationRequest": (
        "inputs*: str|list[Entry]; instructions: str?; tools: list[Tool]?; completion_args: CompletionArgs?; "
        "guardrails: list[Guardrail]?; name: str?; description: str?; metadata: dict?; agent_id: str?; "
        "agent_version: str|int?; "
        "model: str?; " + _CONVERSATION
    ),
    "AppendConversationRequest": (
        "inputs: str|list[Entry]; completion_args: CompletionArgs?; tool_confirmations: list[ToolConfirmation]?; "
        + _CONVERSATION
    ),
    "RestartConversationRequest": (
        "from_entry_id*: str; inputs: str|list[Entry]; completion_args: CompletionArgs?; guardrails: list[Guardrail]?; "
        "metadata: dict?; agent_version: str|int?; " + _CONVERSATION
    ),
    "ToolConfirmation": "tool_call_id*: str; confirmation*: {allow|deny}",
    "Entry": (
        "@type:message.input message.input=MessageInputEntry, message.output=MessageOutputEntry, "
        "function.result=FunctionResultEntry, "
        "function.call=FunctionCallEntry, tool.execution=ToolExecutionEntry, agent.handoff=HandoffEntry"
    ),
    "MessageInputEntry": (
        "object: str; type: str; created_at: str; completed_at: str?; id: str; role*: str; content*: "
        "str|list[Chunk]; prefix: bool"
    ),
    "MessageOutputEntry": (
        "object: str; type: str; created_at: str; completed_at: str?; id: str; role: str; content*: str|list[Chunk]; "
        "agent_id: str?; model: str?"
    ),
    "FunctionResultEntry": (
        "object: str; type: str; created_at: str; completed_at: str?; id: str; tool_call_id*: str; result*: str"
    ),
    "FunctionCallEntry": (
        "object: str; type: str; created_at: str; completed_at: str?; id: str; tool_call_id*: str; name*: "
        "str; arguments*: dict|str; "
        "agent_id: str?; model: str?; confirmation_status: str?"
    ),
    "ToolExecutionEntry": (
        "object: str; type: str; created_at: str; completed_at: str?; id: str; name*: str; arguments: str; info: dict; "
        "agent_id: str?; model: str?; function: str?"
    ),
    "HandoffEntry": (
        "object: str; type: str; created_at: str; completed_at: str?; id: str; previous_agent_id*: str; "
        "previous_agent_name*: str; next_agent_id*: str; next_agent_name*: str"
    ),
    # libraries
    "CreateLibraryRequest": "name*: str; description: str?; chunk_size: int(256,32768)?; owner_type: {User|Workspace}?",
    "UpdateLibraryRequest": "name: str?; description: str?",
    "UpdateDocumentRequest": "name: str?; attributes: dict?; expires_at: str?",
    "DocumentUploadRequest": "",
    "SharingRequest": (
        "level*: {Viewer|Editor}; share_with_uuid*: str; share_with_type*: {User|Workspace|Org}; org_id: str?"
    ),
    "SharingDelete": (
        "share_with_uuid*: str; share_with_type*: {User|Workspace|Org}; level: {Viewer|Editor|Owner}?; org_id: str?"
    ),
    # prompts and skills
    "PromptDefinition": "content*: str; variables: list[PromptVariable]",
    "PromptVariable": "name: str",
    "SkillDefinition": "description: str; body: str; assets: dict",
    "AliasList": "values: list[str]",
    # connectors
    "ConnectorAuthMethod": (
        "method_type*: {oauth2|bearer|none|github_app|slack_app|…}; headers: list[any]?; global_headers: dict; "
        "grant_type: {authorization_code|client_credentials}; auth_data: dict?; token_endpoint_auth_method: str?; "
        "oauth2_server_metadata: dict?; oauth2_metadata_secrets: dict?; auth_direction: {inbound|outbound}"
    ),
    "ConnectionCredentials": "oauth: dict?; headers: dict?; bearer_token: str?",
    # workflows
    "WorkerSpec": (
        "github_url: str?; revision: str?; archive_id: str?; backend_spec: dict?; requested_roles: list[str]?; "
        "entrypoint: str?; working_dir: str?"
    ),
    "ScheduleDefinition": "input*: any; schedule_id: str?; " + _SCHEDULE,
    "PartialScheduleDefinition": "input: any; " + _SCHEDULE,
    "ScheduleInterval": "every*: str; offset: str?",
    "SchedulePolicy": "catchup_window_seconds: int; overlap: int(1,6); pause_on_failure: bool",
    # search indexes
    "IndexConfig": "embedding: EmbeddingModel",
    "EmbeddingModel": "@type:mistral mistral=MistralEmbedding, custom=MistralEmbedding",
    "MistralEmbedding": (
        "type: str; name*: str; dimensions*: int(1,); dtype: {float16|float32|…}; "
        "distance_metric: {cosine|inner_product|l2|…}"
    ),
    "IndexFields": "document_fields: dict; chunk_fields: dict",
    "Retriever": "@type keyword=KeywordRetriever, nearest_neighbour=NearestRetriever, rrf=RankedRetriever",
    "KeywordRetriever": (
        "type: str; query*: str; top_k: int(1,); operator: {or|and}; filter: SearchFilter?; field: str?"
    ),
    "NearestRetriever": (
        "type: str; top_k: int(1,); query: str?; query_embedding: list[float]?; field: str?; filter: SearchFilter?; "
        "max_candidates: int(1,)?"
    ),
    "RankedRetriever": (
        "type: str; retrievers*: list[Retriever]; top_k: int(1,); weights: list[float]?; rank_constant: int; "
        "filter: SearchFilter?"
    ),
    "SearchFilter": "@type and=Several, or=Several, not=Negation, equal=Equality, in=Membership, range=Bounds",
    "Several": "type: str; matches*: list[SearchFilter]",
    "Negation": "type: str; match*: SearchFilter",
    "Equality": "type: str; field*: str; value*: any",
    "Membership": "type: str; field*: str; values*: list[any]",
    "Bounds": "type: str; field*: str; gt: any; gte: any; lt: any; lte: any",
    "VespaDeployment": "type: str; vespa_version*: str; indexes*: list[VespaIndex]; query_url*: str",
    "VespaIndex": "name*: str; fields*: list[dict]; sd*: str; embedding_dimensions: int?",
    "OnlineMetrics": "status: str; document_count*: int; index_metrics*: list[IndexMetrics]",
    "IndexMetrics": "name*: str; document_count*: int",
    "OfflineMetrics": "status: str; clear_metrics: bool",
    # triggers
    "TriggerAction": "primitive_id*: str; type*: {start_workflow|build_app|deploy_app|start_agent_session|…}",
    # observability
    "JudgeOutput": "@type CLASSIFICATION=Classification, REGRESSION=Regression",
    "Classification": "type: str; options*: list[JudgeOption]",
    "JudgeOption": "value*: str; description*: str",
    "Regression": "type: str; min_description*: str; max_description*: str; min: float(0,); max: float(,1000000000)",
    "JudgeDefinition": (
        "name*: str(5,50); description*: str(0,500); model_name*: str(0,500); output*: JudgeOutput; "
        "instructions*: str(0,10000); tools*: list[str]"
    ),
    "FilterPayload": "filters*: dict?",
    "SpanMappings": "version: int(1,1); mappings*: list[SpanMapping]",
    "SpanMapping": "target_field*: str; source_field*: SpanField",
    "SpanField": "namespace*: {span_attributes|resource_attributes|…}; key*: str",
    "SpanReference": "trace_id*: str; span_id*: str",
    "PipelineSelector": "source_kind*: {span|log|metric|…}; filter: str?",
    "PipelineJudge": "slug*: str; mapping: dict; sampling: dict?",
    "Metric": "measure*: str; aggregation*: {count|count_distinct|sum|avg|min|max|p50|p90|p95|p99|…}",
    "TimeDimension": "granularity: {auto|second|minute|hour|day|week|month}",
    "OrderBy": "field*: str; direction: {asc|desc}",
    # the admin API
    "OrganizationMemberCreate": (
        "email*: str(0,255); first_name*: str(0,255); last_name*: str(0,255); role_names: list[str]?; "
        "roles: list[str]?; role_name: str?; role: str?; subscription_types: list[str]?"
    ),
    "WorkspaceMember": "user_uuid*: str; role_names: list[str]?; roles: list[str]?; role_name: str?; role: str?",
    "WorkspaceMemberRef": "user_uuid*: str",
    "ScimSyncConfig": (
        "delete_missing_groups: bool; deprovision_users: bool; sync_users*: bool; sync_groups*: bool; "
        "sync_memberships*: bool"
    ),
}
