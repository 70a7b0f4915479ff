"""The fields that answers always have, null and defaults included: no value of theirs says that they were not sent.

The OpenAPI documents or the official SDK require them, or every answer that was recorded has them, most as null.
"""

from __future__ import annotations

from typing import Final

ALWAYS_SENT: Final[dict[str, str]] = {
    "AcceptedDocumentResponse": "position document_id chunk_count",
    "AccountRateLimits": "requests_per_second tokens_limits_by_model",
    "AccountUsage": (
        "completion ocr connectors libraries_api fine_tuning audio audio_characters vibe_usage vibe_code chat date "
        "previous_month next_month start_date end_date currency currency_symbol prices"
    ),
    "ActivityTaskCompletedAttributesResponse": "task_id activity_name result",
    "ActivityTaskCompletedResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "ActivityTaskFailedAttributes": "task_id activity_name attempt failure",
    "ActivityTaskFailedResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "ActivityTaskRetryingAttributes": "task_id activity_name attempt failure",
    "ActivityTaskRetryingResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "ActivityTaskStartedAttributesResponse": "task_id activity_name input",
    "ActivityTaskStartedResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "AddWorkspaceMembersResponse": "added_members_count",
    "AdminAPIKey": (
        "key_id key name hidden_key created_at expiration_date actions workspace_id workspace_name created_by product "
        "last_used can_delete"
    ),
    "AdminDeleteResponse": "message",
    "AdminRole": "name uuid description is_custom_role",
    "AdminWorkspace": "uuid name description icon is_default",
    "Agent": (
        "id name model instructions tools description handoffs metadata version versions version_message "
        "deployment_chat source created_at updated_at"
    ),
    "AgentAliasResponse": "alias version created_at updated_at",
    "AgentConversation": "id agent_id created_at updated_at",
    "AgentHandoffDoneEvent": "id next_agent_id next_agent_name",
    "AgentHandoffStartedEvent": "id previous_agent_id previous_agent_name",
    "AgentListPage": "data next_page_token",
    "Aggregation": "data meta",
    "AggregationMeta": "from_timestamp to_timestamp granularity_seconds",
    "AggregationRow": "metric_name time_bucket dimensions",
    "ArchiveModelResponse": "id",
    "AssignableServiceAccountRole": "uuid name description is_custom_role",
    "AssistantMessage": "tool_calls",
    "AttributeHashSampling": "attribute percentage",
    "AudioAgentConfigurationResponseConfig": "llm tts stt turn instructions tools welcome_message",
    "AudioAgentListPage": "data next_page_token",
    "AudioAgentResponse": "id owner_id created_at updated_at description",
    "AudioAgentSessionListPage": "data next_page_token",
    "AudioAgentSessionSummary": "id agent_id",
    "AudioAssistantTranscriptTurn": "timestamp latency",
    "AudioSTTConfig": "language",
    "AudioSessionCreateResponse": "id participant_token server_url created_at expires_at function_tools",
    "AudioSessionPhoneCall": "phone_number_id",
    "AudioSessionPhoneNumber": "id identifier",
    "AudioSessionResponse": "id status num_participants created_at phone_call transcripts",
    "AudioTTSConfig": "expressiveness",
    "AudioToolCall": "id name",
    "AudioToolTranscriptTurn": "tool_call_id name status timestamp",
    "AudioTurnConfig": "inactivity",
    "AudioUserTranscriptTurn": "timestamp latency",
    "AuditLog": "created_at actor_type actor_metadata event_type event_metadata target_type target_metadata log_id",
    "AuthURLResponse": "auth_url ttl",
    "AuthenticationConfiguration": "name authentication_type scope title",
    "BaseFieldDefinition": "name label type supported_operators",
    "BaseModelCard": "id capabilities aliases deprecation deprecation_replacement_model default_model_temperature",
    "BatchError": "message",
    "BatchExecutionResult": "status",
    "BatchJob": (
        "id input_files metadata endpoint agent_id output_file error_file errors outputs status created_at "
        "total_requests completed_requests succeeded_requests failed_requests started_at completed_at"
    ),
    "Campaign": (
        "id created_at updated_at deleted_at name owner_id workspace_id description max_nb_events search_params judge"
    ),
    "CategoricalStatistics": "frequencies mode count values excluded_count",
    "ChatCompletionChoice": "index message finish_reason",
    "ChatCompletionEvent": "enabled_tools request_messages response_messages nb_messages chat_transcription_events",
    "ChatCompletionEventPreview": "event_id correlation_id created_at extra_fields nb_input_tokens nb_output_tokens",
    "ChatCompletionResponse": "id model created choices usage",
    "ChatCompletionResponseChoiceLogprobs": "content",
    "ChatCompletionResponseTokenLogprobs": "token logprob bytes token_id",
    "ChatTranscriptionEvent": "audio_url model response_message",
    "Checkpoint": "metrics step_number created_at",
    "ClassificationResponse": "id model results",
    "ClassificationTargetResult": "scores",
    "ClassifierFineTunedModel": (
        "id created owned_by workspace_id root root_version archived capabilities job classifier_targets"
    ),
    "ClassifierFineTuningJob": "id auto_start model status created_at modified_at training_files hyperparameters",
    "ClassifierFineTuningJobDetails": "classifier_targets",
    "ClassifierTargetResult": "name labels weight loss_function",
    "ClientSecret": "value expires_at",
    "CompletionArgs": (
        "stop presence_penalty frequency_penalty temperature top_p max_tokens random_seed prediction response_format "
        "reasoning_effort"
    ),
    "CompletionChunk": "id model choices",
    "CompletionFineTunedModel": (
        "id created owned_by workspace_id root root_version archived name capabilities aliases job"
    ),
    "CompletionFineTuningJob": "id auto_start model status created_at modified_at training_files hyperparameters",
    "CompletionResponseStreamChoice": "index delta finish_reason",
    "ConfusionMatrix": "labels matrix",
    "ConnectionPreference": "tool_configuration name",
    "ConnectorAuthenticationHeader": "name",
    "ConnectorLocale": "name description usage_sentence",
    "ConnectorOpenAPISpec": "source",
    "ConnectorTool": "id name description execution_config visibility created_at modified_at",
    "ConnectorToolCallResponse": "content",
    "ConnectorsPagination": "page_size next_cursor",
    "ConversationHistory": "conversation_id entries",
    "ConversationMessages": "conversation_id messages",
    "ConversationResponse": "conversation_id outputs usage guardrails",
    "CountResponseInputTokensResponse": "input_tokens",
    "CreateAPIKeyResponse": "key_id key name hidden_key created_at expiration_date actions",
    "CreateInviteResponse": "invalid_emails already_members",
    "CreateOrganizationMembersResponse": "invalid_emails email_to_user_id",
    "CreateRealtimeSessionResponse": "purpose expires_at client_secret",
    "CreateResponseResponse": (
        "id created_at model output error incomplete_details instructions metadata parallel_tool_calls tool_choice "
        "tools temperature top_p max_output_tokens previous_response_id prompt_cache_key reasoning"
    ),
    "CreateWorkspaceResponse": "raw_roles raw_role",
    "CredentialsResponse": "credentials connector_preset_credentials_for_auth",
    "CredentialsStatus": "status_type",
    "CustomTaskCanceledAttributes": "custom_task_id custom_task_type",
    "CustomTaskCanceledResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "CustomTaskCompletedAttributesResponse": "custom_task_id custom_task_type payload",
    "CustomTaskCompletedResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "CustomTaskFailedAttributes": "custom_task_id custom_task_type failure",
    "CustomTaskFailedResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "CustomTaskInProgressAttributesResponse": "custom_task_id custom_task_type payload",
    "CustomTaskInProgressResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "CustomTaskStartedAttributesResponse": "custom_task_id custom_task_type",
    "CustomTaskStartedResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "CustomTaskTimedOutAttributes": "custom_task_id custom_task_type",
    "CustomTaskTimedOutResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "DatasetImportResult": "requested_record_count imported_record_count skipped_record_count",
    "DatasetImportTask": "id created_at updated_at deleted_at creator_id dataset_id workspace_id status message result",
    "DatasetPreview": "id created_at updated_at deleted_at name slug description owner_id workspace_id",
    "DatasetRecord": "id created_at updated_at deleted_at dataset_id payload properties source",
    "DeleteAPIKeyResponse": "detail",
    "DeleteBatchJobResponse": "id deleted",
    "DeleteDocumentsResponse": "deleted_document_ids missing",
    "DeleteFileResponse": "id deleted",
    "DeleteManagedIndexResponse": "id name status",
    "DeleteModelResponse": "id",
    "DeploymentArchiveResponse": "archive_id download_url",
    "DeploymentDetailResponse": "workers",
    "DeploymentListResponse": "deployments next_cursor workspace_id",
    "DeploymentLocation": "location_type k8s_cluster k8s_namespace",
    "DeploymentLogRecord": "timestamp trace_id span_id severity_text body log_attributes",
    "DeploymentLogSearchResponse": "results next_cursor",
    "DeploymentMistralCloudBackendSpec": "type",
    "DeploymentObservedState": (
        "available_replicas ready_replicas endpoint message last_seen deployed_revision generation build_state"
    ),
    "DeploymentResponse": "id name is_active created_at last_heartbeat updated_at is_hardened active_worker_count",
    "DeploymentWorkerListResponse": "workers next_cursor",
    "DeploymentWorkerResponse": "name created_at last_heartbeat updated_at is_active",
    "DeploymentWorkerSpecInput": "github_url",
    "DeploymentWorkerSpecResponse": "github_url backend_spec type",
    "DetectionDefinitionV1": "target_attributes patterns",
    "DetectionPattern": "name regex category confidence",
    "Document": (
        "id library_id hash mime_type extension size name summary created_at last_processed_at number_of_pages "
        "process_status processing_status uploaded_by_id uploaded_by_type tokens_processing_total "
        "tokens_processing_main_content tokens_processing_summary url attributes expires_at"
    ),
    "DocumentFieldErrorResponse": "location type message",
    "DocumentLibraryTool": "library_ids",
    "DocumentTextContent": "text",
    "EmbeddingResponse": "id model data usage",
    "EmbeddingResponseData": "index",
    "EncryptedPatchValue": "value",
    "EvaluationCategoricalResultSpec": "labels",
    "EvaluationNumericResultSpec": "min max",
    "EvaluationRunGenerationV2": (
        "id created_at updated_at deleted_at output metadata_ status error statistics goal_results"
    ),
    "EvaluationRunOutputRecordV2": "id created_at updated_at deleted_at metadata_ record_info statistics goal_results",
    "EvaluationRunRecordV2Response": "id created_at updated_at deleted_at input dataset_record_id",
    "EvaluationRunScoreV2": "id created_at updated_at deleted_at value metadata_ status rationale error",
    "EvaluationRunV2Response": (
        "id created_at updated_at deleted_at creator_id evaluation_id name description tags metadata_ num_generations "
        "evaluators run_info status dataset_id run_scores optimization"
    ),
    "EvaluationV2": (
        "id created_at updated_at deleted_at workspace_id creator_id project_id name slug description tags metadata_ "
        "is_favorite"
    ),
    "EvaluationsV2": "evaluations",
    "EvaluatorV2": (
        "id created_at updated_at deleted_at name description tags num_scores goal aggregate_goal statistics weight "
        "direction min_value max_value"
    ),
    "Event": "name created_at",
    "ExecutionLogRecord": "timestamp trace_id span_id severity_text body log_attributes",
    "ExecutionLogSearchResponse": "results next_cursor",
    "ExportDatasetResponse": "file_url",
    "ExportDefinitionV1": "destination",
    "ExtendedOAuthServerMetadata": "issuer token_endpoint authorization_endpoint",
    "FTModelCard": "id capabilities name aliases deprecation deprecation_replacement_model root job archived",
    "FeedResultGetLog": "cursor",
    "FeedResultGetPipelineResult": "results cursor",
    "FeedResultGetSpan": "cursor",
    "FeedResultGetSpanEvaluation": "results cursor",
    "FeedResultGetTrace": "cursor",
    "FetchCampaignStatusResponse": "status",
    "FetchFieldOptionCountsResponse": "counts",
    "FieldGroup": "name label",
    "FieldOptionCountItem": "value count",
    "FileSchema": "id size_bytes created_at filename purpose sample_type source expires_at",
    "FineTuningUsageData": "training storage",
    "FunctionCallEvent": "id name tool_call_id arguments",
    "GetDeploymentSummariesResponse": "deployments",
    "GetDeploymentSummariesResponseDeployment": (
        "id name creator_id document_count status created_at modified_at deployment"
    ),
    "GetDeploymentSummariesResponseVespaDeployment": "indexes",
    "GetDeploymentSummariesResponseVespaIndex": "id name document_count",
    "GetFileResponse": "deleted",
    "GetLog": (
        "customer_id organization_id workspace_id user_id timestamp trace_id span_id trace_flags severity_text "
        "severity_number service_name body event_name resource_schema_url resource_attributes scope_schema_url "
        "scope_name scope_version scope_attributes log_attributes service_account_id"
    ),
    "GetLogFieldOptions": "options",
    "GetLogFields": "field_definitions",
    "GetLogs": "logs",
    "GetPipelineResults": "pipeline_results",
    "GetSignedURLResponse": "url",
    "GetSpan": (
        "customer_id organization_id workspace_id user_id trace_id span_id parent_span_id trace_state start_time "
        "end_time duration_ns span_name span_kind service_name status_code status_message error_type operation_name "
        "provider_name request_model response_model response_id output_type conversation_id data_source_id agent_id "
        "agent_name agent_version agent_description workflow_name prompt_name tool_name tool_type tool_call_id "
        "input_messages output_messages system_instructions tool_definitions tool_call_arguments tool_call_result "
        "request_choice_count request_max_tokens request_temperature request_top_p request_top_k "
        "request_presence_penalty request_frequency_penalty request_seed request_stop_sequences "
        "request_encoding_formats response_finish_reasons usage_input_tokens usage_output_tokens "
        "usage_cache_read_input_tokens usage_cache_creation_input_tokens resource_attributes span_attributes "
        "scope_name scope_version service_account_id"
    ),
    "GetSpanEvaluation": (
        "customer_id organization_id workspace_id user_id trace_id span_id response_id conversation_id timestamp "
        "evaluation_name score_value score_label explanation metadata"
    ),
    "GetSpanEvaluationFieldOptions": "options",
    "GetSpanEvaluationFields": "field_definitions",
    "GetSpanEvaluations": "span_evaluations",
    "GetSpanFieldOptions": "options",
    "GetSpanFields": "field_definitions",
    "GetSpans": "spans",
    "GetSummaryResponseSummary": "content status translated",
    "GetTrace": (
        "customer_id organization_id workspace_id user_id trace_id root_span_id root_span_name start_time end_time "
        "duration_ns service_name environment conversation_id workflow_name agent_id agent_name status_code "
        "error_count span_count gen_ai_span_count llm_call_count tool_call_count retrieval_count evaluation_count "
        "input_tokens output_tokens cache_read_input_tokens cache_creation_input_tokens models_used tools_used "
        "first_turn_last_input_message first_turn_last_output_message last_turn_last_input_message "
        "last_turn_last_output_message service_account_id"
    ),
    "GetTraceFieldOptions": "options",
    "GetTraceFields": "field_definitions",
    "GetTraces": "traces",
    "GitCommitMetadata": "sha",
    "GithubRepository": "name owner commit_id",
    "GlobalHeaderValue": "value",
    "GoalResult": "passed results",
    "GoalResultItem": "metric operator actual passed",
    "GroupWorkspaceAssignment": "roles workspace_uuid workspace_name created",
    "HTTPConnector": (
        "id name description created_at modified_at owner_type visibility private_tool_execution supports_mcp"
    ),
    "IngestDocumentsResponse": "accepted rejected results",
    "IngestionPipelineConfiguration": (
        "id author_id name created_at modified_at last_run_time last_run_chunks_count total_chunks_count "
        "pipeline_composition"
    ),
    "JSONPatchAdd": "path value",
    "JSONPatchAppend": "path value",
    "JSONPatchPayloadResponse": "value",
    "JSONPatchRemove": "path value",
    "JSONPatchReplace": "path value",
    "JSONPayloadResponse": "value",
    "Judge": (
        "id created_at updated_at deleted_at owner_id workspace_id name description model_name output instructions "
        "tools up_revision down_revision base_revision"
    ),
    "JudgeDefinitionV1": "model prompt result_spec mapping",
    "JudgeOutput": "analysis answer",
    "LegacyJobMetadata": "details",
    "LibrariesUsageData": "pages tokens audio_seconds",
    "Library": (
        "id name created_at updated_at owner_id owner_type total_size nb_documents chunk_size emoji description "
        "generated_name generated_description explicit_user_members_count explicit_workspace_members_count "
        "org_sharing_role"
    ),
    "LimitsContext": "completion last_payment_failure last_payment_failure_protection currency",
    "ListAPIKeysResponse": "keys",
    "ListAdminRolesResponse": "workspace_roles organization_roles",
    "ListAdminWorkspacesResponse": "total items page page_size",
    "ListAssignableServiceAccountRolesResponse": "items",
    "ListBatchJobsResponse": "total",
    "ListCampaignSelectedEventsResponse": "completion_events",
    "ListCampaignsResponse": "campaigns",
    "ListChatCompletionFieldsResponse": "field_definitions field_groups",
    "ListDatasetImportTasksResponse": "tasks",
    "ListDatasetRecordsResponse": "records",
    "ListDatasetsResponse": "datasets",
    "ListDocumentsResponse": "pagination data",
    "ListEvaluationRunRecordsResponse": "records",
    "ListEvaluationRunsResponse": "runs",
    "ListFilesResponse": "data",
    "ListFineTuningJobsResponse": "total",
    "ListGroupWorkspacesResponse": "total items page page_size",
    "ListJudgesResponse": "judges",
    "ListLibrariesResponse": "data next_page_token",
    "ListManagedIndexesResponse": "data next_page_token",
    "ListOptimizationTrialsResponse": "trials",
    "ListOptimizationsResponse": "optimizations",
    "ListOrganizationMembersResponse": "members invites total page page_size",
    "ListOrganizationsResponse": "organizations",
    "ListPromptsResponse": "next_page_token",
    "ListServiceAccountRolesResponse": "items",
    "ListServiceAccountsResponse": "items",
    "ListSharingResponse": "data",
    "ListSkillsResponse": "next_page_token",
    "ListUserGroupMembersResponse": "total members page page_size",
    "ListUserGroupsResponse": "total items page page_size",
    "ListWorkflowEventResponse": "events next_cursor",
    "ListWorkspacesResponse": "workspaces",
    "LogicalExpression": "type expressions",
    "MCPAudioContent": "data mime_type",
    "MCPBlobResource": "uri",
    "MCPConnector": (
        "id name description created_at modified_at owner_type visibility private_tool_execution supports_mcp title "
        "icon_url server_card locale system_prompt connection_preferences connection_credentials blocked_by mistral "
        "is_authenticated auth_type active connection_config execution_env system_prompt_route tools"
    ),
    "MCPEmbeddedResource": "resource",
    "MCPImageContent": "data mime_type",
    "MCPPrompt": "name",
    "MCPPromptArgument": "name",
    "MCPResource": "name uri",
    "MCPResultMetadata": "is_error",
    "MCPServerAuthenticationRequirement": "required",
    "MCPServerCard": "name version",
    "MCPServerIcon": "src",
    "MCPServerRemote": "type url",
    "MCPServerRemoteHeader": "name description",
    "MCPServerRepository": "url source",
    "MCPTextContent": "text",
    "MCPTextResource": "uri",
    "MCPTool": "name input_schema description",
    "ManagedDeploymentResponse": (
        "service_id name spec resources status created_at updated_at stopped deployed_at is_hardened "
        "runtime_credential_id runtime_principal_type"
    ),
    "ManagedIndexConfig": "embedding",
    "ManagedIndexResponse": "id name creator_id status schema config status_message",
    "MemberSubscription": "type",
    "MemberWorkspaceInfo": "uuid name is_default raw_roles raw_role",
    "MessageInputEntry": "prefix",
    "MessageOutputEvent": "id content",
    "MessageResponse": "message",
    "MessageTokens": "role",
    "ModelCapabilities": (
        "completion_chat function_calling reasoning completion_fim fine_tuning vision ocr classification moderation "
        "audio audio_transcription audio_transcription_realtime audio_speech unified_resources"
    ),
    "ModelConversation": "id model instructions tools completion_args name description metadata created_at updated_at",
    "ModelUsageData": "models",
    "ModerationResponse": "id model results",
    "NavigationChunkResponse": "id source_id locator start_offset end_offset chunk_type content parent_ref",
    "NavigationResponse": "chunks",
    "NestedGroupRef": "uuid name",
    "NestedGroups": "children",
    "NumericStatistics": "values",
    "OCRAsideTextBlock": "top_left_x top_left_y bottom_right_x bottom_right_y content",
    "OCRCaptionBlock": "top_left_x top_left_y bottom_right_x bottom_right_y content",
    "OCRCodeBlock": "top_left_x top_left_y bottom_right_x bottom_right_y content",
    "OCRConfidenceScore": "text confidence start_index",
    "OCREquationBlock": "top_left_x top_left_y bottom_right_x bottom_right_y content",
    "OCRFooterBlock": "top_left_x top_left_y bottom_right_x bottom_right_y content",
    "OCRHeaderBlock": "top_left_x top_left_y bottom_right_x bottom_right_y content",
    "OCRImageBlock": "top_left_x top_left_y bottom_right_x bottom_right_y content image_id",
    "OCRImageObject": "top_left_x top_left_y bottom_right_x bottom_right_y id",
    "OCRListBlock": "top_left_x top_left_y bottom_right_x bottom_right_y content",
    "OCRPageConfidenceScores": "average_page_confidence_score minimum_page_confidence_score",
    "OCRPageDimensions": "dpi height width",
    "OCRPageObject": "index markdown images tables hyperlinks header footer dimensions confidence_scores",
    "OCRReferencesBlock": "top_left_x top_left_y bottom_right_x bottom_right_y content",
    "OCRResponse": "pages model usage_info document_annotation",
    "OCRSignatureBlock": "top_left_x top_left_y bottom_right_x bottom_right_y content",
    "OCRTableBlock": "top_left_x top_left_y bottom_right_x bottom_right_y content",
    "OCRTableObject": "id content format",
    "OCRTextBlock": "top_left_x top_left_y bottom_right_x bottom_right_y content confidence_scores",
    "OCRTitleBlock": "top_left_x top_left_y bottom_right_x bottom_right_y content confidence_scores",
    "OCRUsageInfo": "pages_processed",
    "OTLPDestination": "protocol endpoint",
    "OpenAPIFileSource": "filename",
    "OpenAPIURLSource": "url",
    "Optimization": (
        "id created_at updated_at deleted_at creator_id project_id name algorithm status source description steer "
        "workflow_execution_id workflow_run_id objective_spec outcome"
    ),
    "OptimizationReference": "id slug name",
    "OptimizationTrialObservation": "run metadata",
    "OptimizationTrialWithObservations": (
        "id created_at updated_at deleted_at optimization_id algorithm_trial_key status metadata_ parent_trial_id "
        "hypothesis resolution"
    ),
    "OrganizationInvite": "uuid raw_roles raw_role email expired created_at",
    "OrganizationMember": "uuid oid_id name email raw_roles raw_role created_at",
    "OrganizationUser": "first_name last_name",
    "OrganizationUserInvite": "invite_uuid email roles role",
    "OtelFieldDefinition": "name label type supported_operators supported_aggregations group source_attribute_key",
    "PaginatedConnectors": "items pagination",
    "PaginatedResultCampaignPreview": "count",
    "PaginatedResultChatCompletionEventPreview": "count",
    "PaginatedResultDatasetImportTask": "count next previous",
    "PaginatedResultDatasetPreview": "count next previous",
    "PaginatedResultDatasetRecord": "count next previous",
    "PaginatedResultEvaluationRunRecordV2Response": "count next previous",
    "PaginatedResultEvaluationRunV2Response": "count next previous",
    "PaginatedResultEvaluationRunV2WithRefsResponse": "count next previous",
    "PaginatedResultEvaluationV2": "count next previous",
    "PaginatedResultJudgePreview": "count next previous",
    "PaginatedResultOptimization": "count next previous",
    "PaginatedResultOptimizationTrialWithObservations": "count next previous",
    "PaginatedResultPipeline": "count next previous",
    "PaginatedResultProject": "count next previous",
    "PaginationInfo": "total_items total_pages current_page page_size has_more",
    "Pipeline": (
        "id created_at updated_at workspace_id name slug description selectors enabled creator_id pipeline_configs"
    ),
    "PipelineConfig": (
        "id created_at updated_at deleted_at scope workspace_id name slug pipeline_kind selectors enabled definition "
        "sampling scorer_version"
    ),
    "PipelineResult": (
        "trace_id span_id span_name duration_ns evaluated_at judge_scores judge_labels judge_explanations"
    ),
    "PipelinesResponse": "pipelines",
    "PriceData": "event_type billing_metric billing_group api_zone service_tier price",
    "ProbabilisticSampling": "percentage",
    "ProcessingStatus": "document_id process_status processing_status",
    "Project": "id created_at updated_at deleted_at workspace_id creator_id name slug description is_favorite",
    "ProjectEvaluationSummary": "id name slug",
    "Projects": "projects",
    "Prompt": "notes aliases title description",
    "PromptTokensDetails": "cached_tokens",
    "PromptVersion": "notes aliases",
    "PublicAuthenticationMethod": (
        "method_type headers global_headers has_default_credentials grant_type token_endpoint_auth_method "
        "oauth2_server_metadata"
    ),
    "QueryDefinition": "name input_schema",
    "QueryWorkflowResponse": "query_name result",
    "RegisterSearchIndexResponseIndex": "id",
    "RejectedDocumentResponse": "position errors",
    "RemoveWorkspaceMembersResponse": "deleted_members_count",
    "ResponseDoneEvent": "usage",
    "ResponseErrorEvent": "message code",
    "ResponseStartedEvent": "conversation_id",
    "ResponsesCompletedEvent": "sequence_number response",
    "ResponsesContentPartAddedEvent": "sequence_number item_id output_index content_index part",
    "ResponsesContentPartDoneEvent": "sequence_number item_id output_index content_index part",
    "ResponsesCreatedEvent": "sequence_number response",
    "ResponsesError": "code message",
    "ResponsesErrorEvent": "sequence_number message",
    "ResponsesFailedEvent": "sequence_number response",
    "ResponsesFunctionCallArgumentsDeltaEvent": "sequence_number item_id output_index delta",
    "ResponsesFunctionCallArgumentsDoneEvent": "sequence_number item_id output_index arguments name",
    "ResponsesInProgressEvent": "sequence_number response",
    "ResponsesIncompleteEvent": "sequence_number response",
    "ResponsesInputTokensDetails": "cached_tokens cache_write_tokens",
    "ResponsesOutputItemAddedEvent": "sequence_number item output_index",
    "ResponsesOutputItemDoneEvent": "sequence_number item output_index",
    "ResponsesOutputTokensDetails": "reasoning_tokens",
    "ResponsesReasoningTextDeltaEvent": "sequence_number item_id output_index delta content_index",
    "ResponsesReasoningTextDoneEvent": "sequence_number item_id output_index text content_index",
    "ResponsesTextDeltaEvent": "sequence_number item_id output_index delta content_index logprobs",
    "ResponsesTextDoneEvent": "sequence_number item_id output_index text content_index logprobs",
    "ResponsesUsage": "input_tokens input_tokens_details output_tokens output_tokens_details total_tokens",
    "RunEvaluationSummary": "id name slug",
    "RunOptimizationRef": "optimization_id name",
    "RunStatisticsResponse": "run_id statistics",
    "ScalarMetric": "value",
    "ScalarStatisticValue": "id",
    "ScheduleDefinitionOutput": (
        "input schedule_id workflow_name paused calendars intervals cron_expressions skip start_at end_at jitter "
        "time_zone_name policy remaining_executions deployment_name note future_executions recent_executions"
    ),
    "ScheduleFutureExecution": "scheduled_at",
    "ScheduleRecentExecution": "scheduled_at started_at execution_id",
    "ScimSyncGroupAction": "group",
    "ScimSyncGroupRef": "uuid group_name",
    "ScimSyncGroupUpdateAction": "group previous_group_name",
    "ScimSyncGroupsSummary": "create update delete",
    "ScimSyncMembershipAction": "group users_added users_removed",
    "ScimSyncResponse": "run_id",
    "ScimSyncRun": "run_id status dry_run sync_config created_at started_at finished_at summary error_message",
    "ScimSyncSummary": "users groups memberships",
    "ScimSyncUserAction": "user",
    "ScimSyncUserRef": "uuid user_name",
    "ScimSyncUsersSummary": "provision deprovision",
    "SearchAllEvaluationRunsResponse": "runs",
    "SearchChatCompletionEventIdsResponse": "completion_event_ids",
    "SearchChatCompletionEventsResponse": "completion_events",
    "SearchHitResponse": "chunk score index_name",
    "SearchResponse": "hits",
    "ServiceAccount": "id name customer_id organization_id workspace_id description created_at updated_at deleted_at",
    "ServiceAccountRole": "role_id",
    "Sharing": "library_id org_id role share_with_type share_with_uuid",
    "SignalDefinition": "name input_schema",
    "SignalWorkflowResponse": "message",
    "Skill": "definition notes aliases",
    "SkillVersion": "definition notes aliases",
    "SpeechResponse": "audio_data",
    "SpeechStreamAudioDelta": "audio_data",
    "SpeechStreamDone": "usage",
    "SpendLimits": "limits",
    "StreamEventSsePayload": "stream data workflow_context broker_sequence",
    "StreamEventWorkflowContext": "namespace workflow_name workflow_exec_id",
    "StreamingDelayRange": "min max",
    "SummaryChunk": "content",
    "SummaryError": "error",
    "SummaryMetadata": "status translated",
    "SystemV2": "id created_at updated_at deleted_at name params kind spec",
    "TempoTraceAttribute": "key value",
    "TempoTraceAttributeArrayValue": "array_value",
    "TempoTraceAttributeBoolValue": "bool_value",
    "TempoTraceAttributeDoubleValue": "double_value",
    "TempoTraceAttributeIntValue": "int_value",
    "TempoTraceAttributeStringValue": "string_value",
    "TempoTraceBatch": "resource",
    "TempoTraceEvent": "name time_unix_nano",
    "TempoTraceScope": "name",
    "TempoTraceScopeSpan": "scope",
    "TempoTraceSpan": "trace_id span_id name kind start_time_unix_nano end_time_unix_nano",
    "TimeSeriesMetric": "value",
    "TokenLimitsByModel": "tokens_per_minute tokens_per_month",
    "ToolChoice": "function",
    "ToolExecutionDeltaEvent": "id name arguments",
    "ToolExecutionDoneEvent": "id name",
    "ToolExecutionStartedEvent": "id name arguments",
    "ToolProperties": "read_only",
    "TranscriptionResponse": "model text language segments usage finish_reason",
    "TranscriptionSegmentChunk": "text start end",
    "TranscriptionStreamDone": "model text language usage",
    "TranscriptionStreamLanguage": "audio_language",
    "TranscriptionStreamSegmentDelta": "text start end",
    "TranscriptionStreamTextDelta": "text",
    "Trigger": (
        "id creator_id workspace_id organization_id customer_id owner_type event_source handler action filters title"
    ),
    "TriggerEvent": "event_id trigger_id source_id status received_at submitted_at triggered_at detail url",
    "TriggerEventList": "data",
    "UnarchiveModelResponse": "id",
    "UnsupportedStatistics": "count",
    "UpdateDefinition": "name input_schema",
    "UpdateWorkflowResponse": "update_name result",
    "UpdateWorkspaceMembersResponse": "added_members_count updated_members_count",
    "UsageInfo": "prompt_tokens completion_tokens total_tokens",
    "UsageLimits": "monthly_limit_reached",
    "UserGroup": "uuid name description",
    "UserGroupMember": "user_uuid name email",
    "UserIdentity": "id email first_name last_name",
    "UserIdentityAPIKey": "id name",
    "UserIdentityOrganization": "id name",
    "UserIdentityWorkspace": "id name",
    "UserOrganization": "id name",
    "UserWorkspace": "id name organization_id",
    "VibeActiveUsersStat": (
        "day nb_active_users_total nb_active_users_cli nb_active_users_acp nb_active_users_programmatic"
    ),
    "VibeCodeUsageData": "completion ocr connectors audio audio_characters",
    "VibeConsumedTokensStat": "day model cached_tokens input_tokens output_tokens",
    "VibeNextEditActiveUsersStat": "day nb_active_users",
    "VibeNextEditModifiedLOCStat": "day lines_inserted lines_deleted lines_unchanged lines_total",
    "VibeNextEditSuggestionStat": (
        "day total_suggestions outcome_accepted outcome_rejected outcome_timeout outcome_aborted outcome_dismissed "
        "force_generated_true force_generated_false surface_widget surface_ghost_text"
    ),
    "VibeOrganizationStats": "start_time end_time next_edit_suggestions next_edit_active_users next_edit_modified_loc",
    "VibeSessionDurationStat": "day total_duration_hours",
    "VibeSessionStat": "day nb_sessions nb_sessions_cli nb_sessions_acp nb_sessions_programmatic",
    "VibeToolCallsByNameStat": "day tool_name count",
    "VibeToolCallsStat": (
        "day total status_success status_failure status_skipped approval_ask approval_always approval_never"
    ),
    "VibeUserPromptsStat": "day nb_prompts_total nb_prompts_cli nb_prompts_acp nb_prompts_programmatic",
    "VibeWorkByAgentStat": (
        "messages_count files_count images_count spreadsheets_count unique_conversations_count agent_id "
        "last_message_at unique_users_count"
    ),
    "VibeWorkByAgentStats": "start_time end_time data",
    "VibeWorkByTimeStat": (
        "messages_count files_count images_count spreadsheets_count unique_conversations_count time_bucket "
        "unique_users_count messages_to_agents_count unique_agents_count"
    ),
    "VibeWorkByTimeStats": "start_time end_time data",
    "VibeWorkByUserStat": (
        "messages_count files_count images_count spreadsheets_count unique_conversations_count user_id "
        "last_message_at unique_agents_count messages_to_agents_count"
    ),
    "VibeWorkByUserStats": "start_time end_time data",
    "VibeWorkspaceStats": (
        "start_time end_time sessions user_prompts active_users consumed_tokens tool_calls tool_calls_by_name "
        "session_durations"
    ),
    "VoiceListPage": "data next_page_token",
    "VoiceListResponse": "items total page page_size total_pages",
    "VoiceResponse": (
        "id name slug languages gender age tags color description retention_notice created_at user_id type"
    ),
    "WandbIntegrationResult": "project",
    "Webhook": (
        "id creator_id organization_id workspace_id owner_type provider name url http_method url_verified "
        "signature_hash_algorithm signature_header_name validity_period_second signature_extractor_regex "
        "timestamp_extractor_regex signature_payload_pattern signature_encoding success_status_code event_type_path "
        "expires_at created_at updated_at"
    ),
    "WebhookSigningSecret": "signing_secret",
    "WhoamiOrganization": "id name org_tier internal kind",
    "WhoamiResponse": "principal",
    "WhoamiServiceAccountPrincipal": "service_account_id",
    "WhoamiUserPrincipal": "id",
    "WorkerInfo": "scheduler_url namespace",
    "Workflow": (
        "id name display_name type customer_id workspace_id description shared_namespace available_in_chat_assistant "
        "is_technical archived tags"
    ),
    "WorkflowArchiveResponse": "workflow",
    "WorkflowBasicDefinition": "id name display_name archived description tags",
    "WorkflowBulkArchiveResponse": "archived",
    "WorkflowBulkError": "workflow_id message workflow",
    "WorkflowBulkUnarchiveResponse": "unarchived",
    "WorkflowCodeDefinition": "input_schema output_schema signals",
    "WorkflowExecutionCanceledAttributes": "task_id",
    "WorkflowExecutionCanceledResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "WorkflowExecutionCompletedAttributesResponse": "task_id attempt result",
    "WorkflowExecutionCompletedResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "WorkflowExecutionContinuedAsNewAttributesResponse": "task_id new_execution_run_id workflow_name input",
    "WorkflowExecutionContinuedAsNewResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "WorkflowExecutionFailedAttributes": "task_id failure",
    "WorkflowExecutionFailedResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "WorkflowExecutionListResponse": "executions next_page_token",
    "WorkflowExecutionProgressTraceEvent": "name id timestamp_unix_nano attributes start_time_unix_ms",
    "WorkflowExecutionResponse": "result",
    "WorkflowExecutionStartedAttributesResponse": "task_id attempt workflow_name input",
    "WorkflowExecutionStartedResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "WorkflowExecutionSyncResponse": "workflow_name execution_id result",
    "WorkflowExecutionTraceEvent": "name id timestamp_unix_nano attributes type internal",
    "WorkflowExecutionTraceOTelResponse": "data_source",
    "WorkflowExecutionTraceSummarySpan": (
        "span_id name start_time_unix_nano end_time_unix_nano attributes events children"
    ),
    "WorkflowExecutionWithoutResultResponse": (
        "workflow_name execution_id root_execution_id status start_time end_time deployment_name parent_execution_id "
        "total_duration_ms"
    ),
    "WorkflowFailure": "message",
    "WorkflowGetResponse": "workflow",
    "WorkflowListResponse": "workflows next_cursor",
    "WorkflowMetadata": "shared_namespace",
    "WorkflowMetrics": "execution_count success_count error_count average_latency_ms latency_over_time retry_rate",
    "WorkflowRegistration": (
        "id definition workflow_id task_queue workflow deployment_name compatible_with_chat_assistant"
    ),
    "WorkflowRegistrationGetResponse": "workflow_registration workflow_version",
    "WorkflowRegistrationListResponse": "workflow_registrations next_cursor workflow_versions",
    "WorkflowRegistrationWithWorkerStatus": "active",
    "WorkflowScheduleListResponse": "schedules next_page_token",
    "WorkflowScheduleResponse": "schedule_id",
    "WorkflowTaskFailedAttributes": "task_id failure",
    "WorkflowTaskFailedResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "WorkflowTaskTimedOutAttributes": "task_id",
    "WorkflowTaskTimedOutResponse": (
        "event_id event_timestamp root_workflow_exec_id parent_workflow_exec_id workflow_exec_id workflow_run_id "
        "workflow_name continued_run_id first_execution_run_id schedule_id attributes"
    ),
    "WorkflowUnarchiveResponse": "workflow",
    "WorkflowUpdateResponse": "workflow",
    "WorkflowWithWorkerStatus": "active",
    "WorkspaceRoleRef": "name uuid",
    "WorkspaceSpendLimit": "value currency no_monthly_limit",
}
