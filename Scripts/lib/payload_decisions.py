# SPDX-License-Identifier: Apache-2.0
# Copyright (c) 2026 the Temporal External Storage for Swift project authors
"""What is decided about every payload of the Temporal API (ES-C2), with the reason where a reason is needed.

`payload_paths.py` compares these lists with the descriptors. A field that leads to a payload and stands in none
of them fails the generator, and so does an entry for a field that is gone: whoever moves to a new version of the
API decides here, field by field.
"""

# The newest Temporal server whose whole API the pinned descriptors have: major and minor. The collector deletes nothing
# by what a newer one says (ES-G1). Raise it with the descriptors, after a look at what the server lists that is new.
NEWEST_SERVER = (1, 32)

# Message types from which the table starts, besides the requests and responses of the services.
# They stand behind a type URL or in the data of an envelope, where no descriptor leads.
ROOTS = {
    "google.rpc.Status": "the status of a failed call, in grpc-status-details-bin",
    "temporal.api.common.v1.GrpcStatus": "a status that may stand in an error detail",
    "temporal.api.errordetails.v1.MultiOperationExecutionFailure": "an error detail",
    "temporal.api.errordetails.v1.QueryFailedFailure": "an error detail",
    "temporal.api.update.v1.Acceptance": "the body of a protocol message",
    "temporal.api.update.v1.Rejection": "the body of a protocol message",
    "temporal.api.update.v1.Request": "the body of a protocol message",
    "temporal.api.update.v1.Response": "the body of a protocol message",
    "temporal.api.notificationservice.v1.OnCompleteRequest": "the input of a system Nexus operation (ES-C4)",
}

# Parts of the API that no client, worker or proxy of ours carries; nothing in them is decided.
OUTSIDE = {
    "temporal.api.cloud.": "the control plane of Temporal Cloud: another service on another address",
    "temporal.api.export.": "files that Temporal Cloud exports, not the messages of a call",
}

_SEARCH = "search attributes are indexed by the server, which has to read them"
_GROUP = "the value of a search attribute that a count is grouped by"

# Neither stored nor resolved: the value has to be what it says. (message, field): reason
NEVER = {
    ("temporal.api.common.v1.SearchAttributes.IndexedFieldsEntry", "value"): _SEARCH,
    ("temporal.api.workflowservice.v1.CountActivityExecutionsResponse.AggregationGroup", "group_values"): _GROUP,
    ("temporal.api.workflowservice.v1.CountNexusOperationExecutionsResponse.AggregationGroup", "group_values"): _GROUP,
    ("temporal.api.workflowservice.v1.CountSchedulesResponse.AggregationGroup", "group_values"): _GROUP,
    ("temporal.api.workflowservice.v1.CountWorkflowExecutionsResponse.AggregationGroup", "group_values"): _GROUP,
    ("temporal.api.activity.v1.ActivityExecutionInfo", "search_attributes"): _SEARCH,
    ("temporal.api.activity.v1.ActivityExecutionListInfo", "search_attributes"): _SEARCH,
    ("temporal.api.command.v1.ContinueAsNewWorkflowExecutionCommandAttributes", "search_attributes"): _SEARCH,
    ("temporal.api.command.v1.StartChildWorkflowExecutionCommandAttributes", "search_attributes"): _SEARCH,
    ("temporal.api.command.v1.UpsertWorkflowSearchAttributesCommandAttributes", "search_attributes"): _SEARCH,
    ("temporal.api.history.v1.StartChildWorkflowExecutionInitiatedEventAttributes", "search_attributes"): _SEARCH,
    ("temporal.api.history.v1.UpsertWorkflowSearchAttributesEventAttributes", "search_attributes"): _SEARCH,
    ("temporal.api.history.v1.WorkflowExecutionContinuedAsNewEventAttributes", "search_attributes"): _SEARCH,
    ("temporal.api.history.v1.WorkflowExecutionStartedEventAttributes", "search_attributes"): _SEARCH,
    ("temporal.api.nexus.v1.NexusOperationExecutionInfo", "search_attributes"): _SEARCH,
    ("temporal.api.nexus.v1.NexusOperationExecutionListInfo", "search_attributes"): _SEARCH,
    ("temporal.api.schedule.v1.ScheduleListEntry", "search_attributes"): _SEARCH,
    ("temporal.api.workflow.v1.NewWorkflowExecutionInfo", "search_attributes"): _SEARCH,
    ("temporal.api.workflow.v1.WorkflowExecutionInfo", "search_attributes"): _SEARCH,
    ("temporal.api.workflowservice.v1.CreateScheduleRequest", "search_attributes"): _SEARCH,
    ("temporal.api.workflowservice.v1.DescribeScheduleResponse", "search_attributes"): _SEARCH,
    ("temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest", "search_attributes"): _SEARCH,
    ("temporal.api.workflowservice.v1.StartActivityExecutionRequest", "search_attributes"): _SEARCH,
    ("temporal.api.workflowservice.v1.StartNexusOperationExecutionRequest", "search_attributes"): _SEARCH,
    ("temporal.api.workflowservice.v1.StartWorkflowExecutionRequest", "search_attributes"): _SEARCH,
    ("temporal.api.workflowservice.v1.UpdateScheduleRequest", "search_attributes"): _SEARCH,
}

_SCHEDULE = (
    "the server makes it the memo of its own scheduler workflow, which cannot resolve a reference and then fails "
    "every one of its tasks; the memo of the schedule's action is another field and is stored"
)
_USER_METADATA = (
    "the server limits it to 400 bytes in standalone activities and Nexus operations, which a reference exceeds, "
    "and user interfaces show it as text"
)
_LABEL = "the server limits a label to 400 bytes, and user interfaces show it as text"
_COMPUTE = "the server reads it to start workers"
_ENDPOINT = "a description for people, shown by user interfaces that resolve nothing"

# Never stored, but resolved where a reference stands in it nevertheless (ES-C5). (message, field): reason
READ_ONLY = {
    ("temporal.api.workflowservice.v1.CreateScheduleRequest", "memo"): _SCHEDULE,
    ("temporal.api.workflowservice.v1.UpdateScheduleRequest", "memo"): _SCHEDULE,
    ("temporal.api.sdk.v1.UserMetadata", "summary"): _USER_METADATA,
    ("temporal.api.sdk.v1.UserMetadata", "details"): _USER_METADATA,
    ("temporal.api.sdk.v1.EventGroupMarker.Label", "label"): _LABEL,
    ("temporal.api.compute.v1.ComputeProvider", "details"): _COMPUTE,
    ("temporal.api.compute.v1.ComputeScaler", "details"): _COMPUTE,
    ("temporal.api.nexus.v1.EndpointSpec", "description"): _ENDPOINT,
}

# Stored and resolved, except that payloads which mean "remove the key" stay where they are (ES-C5):
# nil (`binary/null`), no data, `[]` and `null`. (message, field): reason
SKIP_NIL = {
    ("temporal.api.command.v1.ModifyWorkflowPropertiesCommandAttributes", "upserted_memo"): (
        "the server removes a key whose value is nil; a reference in its place would be kept"
    ),
}

# `google.protobuf.Any` fields that are entered: a type that is in the table is searched, every other stays as it is.
ANY = {
    ("temporal.api.protocol.v1.Message", "body"): "update requests, acceptances, rejections and responses",
    ("google.rpc.Status", "details"): "error details",
    ("temporal.api.common.v1.GrpcStatus", "details"): "error details",
    ("temporal.api.errordetails.v1.MultiOperationExecutionFailure.OperationStatus", "details"): "error details",
}

# `DataBlob` fields whose data is a serialized `temporal.api.history.v1.History` (encoding_type 1, PROTO3).
HISTORY_BLOBS = {
    ("temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse", "raw_history"): (
        "a server may send history as it keeps it, undecoded"
    ),
}

# Fields that hold the token of a task: by it a completion is matched with the task that was polled.
TASK_TOKENS = {
    ("temporal.api.workflowservice.v1.PollActivityTaskQueueResponse", "task_token"),
    ("temporal.api.workflowservice.v1.PollNexusTaskQueueResponse", "task_token"),
    ("temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse", "task_token"),
    ("temporal.api.workflowservice.v1.RecordActivityTaskHeartbeatRequest", "task_token"),
    ("temporal.api.workflowservice.v1.RespondActivityTaskCanceledRequest", "task_token"),
    ("temporal.api.workflowservice.v1.RespondActivityTaskCompletedRequest", "task_token"),
    ("temporal.api.workflowservice.v1.RespondActivityTaskFailedRequest", "task_token"),
    ("temporal.api.workflowservice.v1.RespondNexusTaskCompletedRequest", "task_token"),
    ("temporal.api.workflowservice.v1.RespondNexusTaskFailedRequest", "task_token"),
    ("temporal.api.workflowservice.v1.RespondQueryTaskCompletedRequest", "task_token"),
    ("temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest", "task_token"),
    ("temporal.api.workflowservice.v1.RespondWorkflowTaskFailedRequest", "task_token"),
}

# Fields that are called `task_token` and need no row. (message, field): reason
OTHER_TASK_TOKENS = {
    ("temporal.api.worker.v1.CancelActivityCommand", "task_token"): (
        "a command of the server to a worker, which knows the task by the token with our context behind it; the server "
        "sends none, because the transport takes the capability out of DescribeNamespace"
    ),
}

# Services of the package that nothing here carries. service: reason
OTHER_SERVICES = {
    "temporal.api.cloud.cloudservice.v1.CloudService": "see OUTSIDE",
    "temporal.api.testservice.v1.TestService": "moves the clock of a test server; no message of it holds a payload",
}

# Messages whose payload is an envelope of the server's own when `endpoint` is "__temporal_system" (ES-C4):
# the message in the envelope is searched, the envelope stays. message: the field with the endpoint's name
SYSTEM_ENDPOINTS = {
    "temporal.api.command.v1.ScheduleNexusOperationCommandAttributes": "endpoint",
    "temporal.api.history.v1.NexusOperationScheduledEventAttributes": "endpoint",
    "temporal.api.workflowservice.v1.StartNexusOperationExecutionRequest": "endpoint",
}

# Messages with a payload and a field that is called an endpoint, whose payload never is such an envelope.
# (message, field): reason
NO_ENVELOPE = {
    ("temporal.api.compute.v1.ComputeProvider", "nexus_endpoint"): "where workers are started; the details are not sent there",
    ("temporal.api.history.v1.NexusOperationScheduledEventAttributes", "endpoint_id"): "the id beside the name",
}

# For whom the payloads of a command are stored (ES-T4), per member of `Command.attributes`:
#   task              the workflow whose task it is
#   child             the child that is started
#   external          the workflow that is signalled
#   continueAsNew     the next run: same id, new or same type, no run id
#   completeWorkflow  the parent, if there is one and this run is no continuation; else the workflow itself
#   none              the command holds no payload that is stored
COMMAND_TARGETS = {
    "schedule_activity_task_command_attributes": "task",
    "start_timer_command_attributes": "none",
    "complete_workflow_execution_command_attributes": "completeWorkflow",
    "fail_workflow_execution_command_attributes": "task",
    "request_cancel_activity_task_command_attributes": "none",
    "cancel_timer_command_attributes": "none",
    "cancel_workflow_execution_command_attributes": "task",
    "request_cancel_external_workflow_execution_command_attributes": "none",
    "record_marker_command_attributes": "task",
    "continue_as_new_workflow_execution_command_attributes": "continueAsNew",
    "start_child_workflow_execution_command_attributes": "child",
    "signal_external_workflow_execution_command_attributes": "external",
    "upsert_workflow_search_attributes_command_attributes": "none",
    # Names a message of the same request; the message's own payloads are the task's.
    "protocol_message_command_attributes": "none",
    "modify_workflow_properties_command_attributes": "task",
    "schedule_nexus_operation_command_attributes": "task",
    "request_cancel_nexus_operation_command_attributes": "none",
}

# Stored and resolved: the rule. Per message, the fields that hold a payload or lead to one.
BOTH = {
    "temporal.api.activity.v1.ActivityExecutionInfo": "heartbeat_details last_failure header user_metadata",
    "temporal.api.activity.v1.ActivityExecutionOutcome": "result failure",
    "temporal.api.activity.v1.CallbackInfo": "info",
    "temporal.api.batch.v1.BatchOperationReset": "post_reset_operations",
    "temporal.api.batch.v1.BatchOperationSignal": "input header",
    "temporal.api.batch.v1.BatchOperationTermination": "details",
    "temporal.api.callback.v1.CallbackInfo": "callback last_attempt_failure",
    "temporal.api.command.v1.CancelWorkflowExecutionCommandAttributes": "details",
    "temporal.api.command.v1.Command": (
        "user_metadata event_group_markers schedule_activity_task_command_attributes "
        "complete_workflow_execution_command_attributes fail_workflow_execution_command_attributes "
        "cancel_workflow_execution_command_attributes record_marker_command_attributes "
        "continue_as_new_workflow_execution_command_attributes "
        "start_child_workflow_execution_command_attributes "
        "signal_external_workflow_execution_command_attributes modify_workflow_properties_command_attributes "
        "schedule_nexus_operation_command_attributes"
    ),
    "temporal.api.command.v1.CompleteWorkflowExecutionCommandAttributes": "result",
    "temporal.api.command.v1.ContinueAsNewWorkflowExecutionCommandAttributes": (
        "input failure last_completion_result header memo"
    ),
    "temporal.api.command.v1.FailWorkflowExecutionCommandAttributes": "failure",
    "temporal.api.command.v1.RecordMarkerCommandAttributes": "details header failure",
    "temporal.api.command.v1.RecordMarkerCommandAttributes.DetailsEntry": "value",
    "temporal.api.command.v1.ScheduleActivityTaskCommandAttributes": "header input",
    "temporal.api.command.v1.ScheduleNexusOperationCommandAttributes": "input",
    "temporal.api.command.v1.SignalExternalWorkflowExecutionCommandAttributes": "input header",
    "temporal.api.command.v1.StartChildWorkflowExecutionCommandAttributes": "input header memo",
    "temporal.api.common.v1.Callback": "nexus_handler",
    "temporal.api.common.v1.Callback.NexusHandler": "source_context",
    "temporal.api.common.v1.Header": "fields",
    "temporal.api.common.v1.Header.FieldsEntry": "value",
    "temporal.api.common.v1.Memo": "fields",
    "temporal.api.common.v1.Memo.FieldsEntry": "value",
    "temporal.api.common.v1.Payloads": "payloads",
    "temporal.api.compute.v1.ComputeConfig": "scaling_groups",
    "temporal.api.compute.v1.ComputeConfig.ScalingGroupsEntry": "value",
    "temporal.api.compute.v1.ComputeConfigScalingGroup": "provider scaler",
    "temporal.api.compute.v1.ComputeConfigScalingGroupUpdate": "scaling_group",
    "temporal.api.deployment.v1.DeploymentInfo": "metadata",
    "temporal.api.deployment.v1.DeploymentInfo.MetadataEntry": "value",
    "temporal.api.deployment.v1.UpdateDeploymentMetadata": "upsert_entries",
    "temporal.api.deployment.v1.UpdateDeploymentMetadata.UpsertEntriesEntry": "value",
    "temporal.api.deployment.v1.VersionMetadata": "entries",
    "temporal.api.deployment.v1.VersionMetadata.EntriesEntry": "value",
    "temporal.api.deployment.v1.WorkerDeploymentVersionInfo": "metadata compute_config",
    "temporal.api.errordetails.v1.MultiOperationExecutionFailure": "statuses",
    "temporal.api.errordetails.v1.QueryFailedFailure": "failure",
    "temporal.api.failure.v1.ApplicationFailureInfo": "details",
    "temporal.api.failure.v1.CanceledFailureInfo": "details",
    "temporal.api.failure.v1.Failure": (
        "encoded_attributes cause application_failure_info timeout_failure_info canceled_failure_info "
        "reset_workflow_failure_info"
    ),
    "temporal.api.failure.v1.ResetWorkflowFailureInfo": "last_heartbeat_details",
    "temporal.api.failure.v1.TimeoutFailureInfo": "last_heartbeat_details",
    "temporal.api.history.v1.ActivityTaskCanceledEventAttributes": "details",
    "temporal.api.history.v1.ActivityTaskCompletedEventAttributes": "result",
    "temporal.api.history.v1.ActivityTaskFailedEventAttributes": "failure",
    "temporal.api.history.v1.ActivityTaskScheduledEventAttributes": "header input",
    "temporal.api.history.v1.ActivityTaskStartedEventAttributes": "last_failure",
    "temporal.api.history.v1.ActivityTaskTimedOutEventAttributes": "failure",
    "temporal.api.history.v1.ChildWorkflowExecutionCanceledEventAttributes": "details",
    "temporal.api.history.v1.ChildWorkflowExecutionCompletedEventAttributes": "result",
    "temporal.api.history.v1.ChildWorkflowExecutionFailedEventAttributes": "failure",
    "temporal.api.history.v1.ChildWorkflowExecutionStartedEventAttributes": "header",
    "temporal.api.history.v1.History": "events",
    "temporal.api.history.v1.HistoryEvent": (
        "user_metadata event_group_markers workflow_execution_started_event_attributes "
        "workflow_execution_completed_event_attributes workflow_execution_failed_event_attributes "
        "workflow_task_failed_event_attributes activity_task_scheduled_event_attributes "
        "activity_task_started_event_attributes activity_task_completed_event_attributes "
        "activity_task_failed_event_attributes activity_task_timed_out_event_attributes "
        "activity_task_canceled_event_attributes marker_recorded_event_attributes "
        "workflow_execution_signaled_event_attributes workflow_execution_terminated_event_attributes "
        "workflow_execution_canceled_event_attributes workflow_execution_continued_as_new_event_attributes "
        "start_child_workflow_execution_initiated_event_attributes "
        "child_workflow_execution_started_event_attributes "
        "child_workflow_execution_completed_event_attributes child_workflow_execution_failed_event_attributes "
        "child_workflow_execution_canceled_event_attributes "
        "signal_external_workflow_execution_initiated_event_attributes "
        "workflow_execution_update_accepted_event_attributes "
        "workflow_execution_update_rejected_event_attributes "
        "workflow_execution_update_completed_event_attributes "
        "workflow_properties_modified_externally_event_attributes "
        "workflow_properties_modified_event_attributes workflow_execution_update_admitted_event_attributes "
        "nexus_operation_scheduled_event_attributes nexus_operation_completed_event_attributes "
        "nexus_operation_failed_event_attributes nexus_operation_canceled_event_attributes "
        "nexus_operation_timed_out_event_attributes workflow_execution_options_updated_event_attributes "
        "nexus_operation_cancel_request_failed_event_attributes"
    ),
    "temporal.api.history.v1.MarkerRecordedEventAttributes": "details header failure",
    "temporal.api.history.v1.MarkerRecordedEventAttributes.DetailsEntry": "value",
    "temporal.api.history.v1.NexusOperationCancelRequestFailedEventAttributes": "failure",
    "temporal.api.history.v1.NexusOperationCanceledEventAttributes": "failure",
    "temporal.api.history.v1.NexusOperationCompletedEventAttributes": "result",
    "temporal.api.history.v1.NexusOperationFailedEventAttributes": "failure",
    "temporal.api.history.v1.NexusOperationScheduledEventAttributes": "input",
    "temporal.api.history.v1.NexusOperationTimedOutEventAttributes": "failure",
    "temporal.api.history.v1.SignalExternalWorkflowExecutionInitiatedEventAttributes": "input header",
    "temporal.api.history.v1.StartChildWorkflowExecutionInitiatedEventAttributes": "input header memo",
    "temporal.api.history.v1.WorkflowExecutionCanceledEventAttributes": "details",
    "temporal.api.history.v1.WorkflowExecutionCompletedEventAttributes": "result",
    "temporal.api.history.v1.WorkflowExecutionContinuedAsNewEventAttributes": (
        "input failure last_completion_result header memo"
    ),
    "temporal.api.history.v1.WorkflowExecutionFailedEventAttributes": "failure",
    "temporal.api.history.v1.WorkflowExecutionOptionsUpdatedEventAttributes": (
        "attached_completion_callbacks workflow_update_options"
    ),
    "temporal.api.history.v1.WorkflowExecutionOptionsUpdatedEventAttributes.WorkflowUpdateOptionsUpdate": (
        "attached_completion_callbacks"
    ),
    "temporal.api.history.v1.WorkflowExecutionSignaledEventAttributes": "input header",
    "temporal.api.history.v1.WorkflowExecutionStartedEventAttributes": (
        "input continued_failure last_completion_result memo header completion_callbacks"
    ),
    "temporal.api.history.v1.WorkflowExecutionTerminatedEventAttributes": "details",
    "temporal.api.history.v1.WorkflowExecutionUpdateAcceptedEventAttributes": "accepted_request",
    "temporal.api.history.v1.WorkflowExecutionUpdateAdmittedEventAttributes": "request",
    "temporal.api.history.v1.WorkflowExecutionUpdateCompletedEventAttributes": "outcome",
    "temporal.api.history.v1.WorkflowExecutionUpdateRejectedEventAttributes": "rejected_request failure",
    "temporal.api.history.v1.WorkflowPropertiesModifiedEventAttributes": "upserted_memo",
    "temporal.api.history.v1.WorkflowPropertiesModifiedExternallyEventAttributes": "upserted_memo",
    "temporal.api.history.v1.WorkflowTaskFailedEventAttributes": "failure",
    "temporal.api.nexus.v1.Endpoint": "spec",
    "temporal.api.nexus.v1.NexusOperationExecutionCancellationInfo": "last_attempt_failure",
    "temporal.api.nexus.v1.NexusOperationExecutionInfo": "last_attempt_failure cancellation_info user_metadata",
    "temporal.api.nexus.v1.Request": "start_operation",
    "temporal.api.nexus.v1.Response": "start_operation",
    "temporal.api.nexus.v1.StartOperationRequest": "payload",
    "temporal.api.nexus.v1.StartOperationResponse": "sync_success failure",
    "temporal.api.nexus.v1.StartOperationResponse.Sync": "payload",
    "temporal.api.nexusoperation.v1.CallbackInfo": "info",
    "temporal.api.notificationservice.v1.OnCompleteRequest": "success failure source_context",
    "temporal.api.operatorservice.v1.CreateNexusEndpointRequest": "spec",
    "temporal.api.operatorservice.v1.CreateNexusEndpointResponse": "endpoint",
    "temporal.api.operatorservice.v1.GetNexusEndpointResponse": "endpoint",
    "temporal.api.operatorservice.v1.ListNexusEndpointsResponse": "endpoints",
    "temporal.api.operatorservice.v1.UpdateNexusEndpointRequest": "spec",
    "temporal.api.operatorservice.v1.UpdateNexusEndpointResponse": "endpoint",
    "temporal.api.query.v1.WorkflowQuery": "query_args header",
    "temporal.api.query.v1.WorkflowQueryResult": "answer failure",
    "temporal.api.schedule.v1.Schedule": "action",
    "temporal.api.schedule.v1.ScheduleAction": "start_workflow",
    "temporal.api.schedule.v1.ScheduleListEntry": "memo",
    "temporal.api.sdk.v1.EventGroupMarker": "label",
    "temporal.api.update.v1.Acceptance": "accepted_request",
    "temporal.api.update.v1.Input": "header args",
    "temporal.api.update.v1.Outcome": "success failure",
    "temporal.api.update.v1.Rejection": "rejected_request failure",
    "temporal.api.update.v1.Request": "input completion_callbacks",
    "temporal.api.update.v1.Response": "outcome",
    "temporal.api.workflow.v1.CallbackInfo": "callback last_attempt_failure",
    "temporal.api.workflow.v1.NewWorkflowExecutionInfo": "input memo header user_metadata",
    "temporal.api.workflow.v1.NexusOperationCancellationInfo": "last_attempt_failure",
    "temporal.api.workflow.v1.PendingActivityInfo": "heartbeat_details last_failure",
    "temporal.api.workflow.v1.PendingNexusOperationInfo": "last_attempt_failure cancellation_info",
    "temporal.api.workflow.v1.PostResetOperation": "signal_workflow",
    "temporal.api.workflow.v1.PostResetOperation.SignalWorkflow": "input header",
    "temporal.api.workflow.v1.WorkflowExecutionConfig": "user_metadata",
    "temporal.api.workflow.v1.WorkflowExecutionInfo": "memo",
    "temporal.api.workflowservice.v1.CreateScheduleRequest": "schedule",
    "temporal.api.workflowservice.v1.CreateWorkerDeploymentVersionRequest": "compute_config",
    "temporal.api.workflowservice.v1.DescribeActivityExecutionResponse": "info input outcome callbacks",
    "temporal.api.workflowservice.v1.DescribeDeploymentResponse": "deployment_info",
    "temporal.api.workflowservice.v1.DescribeNexusOperationExecutionResponse": (
        "info input result failure completion_callbacks"
    ),
    "temporal.api.workflowservice.v1.DescribeScheduleResponse": "schedule memo",
    "temporal.api.workflowservice.v1.DescribeWorkerDeploymentVersionResponse": "worker_deployment_version_info",
    "temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse": (
        "execution_config workflow_execution_info pending_activities callbacks pending_nexus_operations"
    ),
    "temporal.api.workflowservice.v1.ExecuteMultiOperationRequest": "operations",
    "temporal.api.workflowservice.v1.ExecuteMultiOperationRequest.Operation": "start_workflow update_workflow",
    "temporal.api.workflowservice.v1.ExecuteMultiOperationResponse": "responses",
    "temporal.api.workflowservice.v1.ExecuteMultiOperationResponse.Response": "start_workflow update_workflow",
    "temporal.api.workflowservice.v1.GetCurrentDeploymentResponse": "current_deployment_info",
    "temporal.api.workflowservice.v1.GetDeploymentReachabilityResponse": "deployment_info",
    "temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse": "history",
    "temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryReverseResponse": "history",
    "temporal.api.workflowservice.v1.ListArchivedWorkflowExecutionsResponse": "executions",
    "temporal.api.workflowservice.v1.ListClosedWorkflowExecutionsResponse": "executions",
    "temporal.api.workflowservice.v1.ListOpenWorkflowExecutionsResponse": "executions",
    "temporal.api.workflowservice.v1.ListSchedulesResponse": "schedules",
    "temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse": "executions",
    "temporal.api.workflowservice.v1.PollActivityExecutionResponse": "outcome",
    "temporal.api.workflowservice.v1.PollActivityTaskQueueResponse": "header input heartbeat_details",
    "temporal.api.workflowservice.v1.PollNexusOperationExecutionResponse": "result failure",
    "temporal.api.workflowservice.v1.PollNexusTaskQueueResponse": "request",
    "temporal.api.workflowservice.v1.PollWorkflowExecutionUpdateResponse": "outcome",
    "temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse": "history query queries messages",
    "temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse.QueriesEntry": "value",
    "temporal.api.workflowservice.v1.QueryWorkflowRequest": "query",
    "temporal.api.workflowservice.v1.QueryWorkflowResponse": "query_result",
    "temporal.api.workflowservice.v1.RecordActivityTaskHeartbeatByIdRequest": "details",
    "temporal.api.workflowservice.v1.RecordActivityTaskHeartbeatRequest": "details",
    "temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest": "post_reset_operations",
    "temporal.api.workflowservice.v1.RespondActivityTaskCanceledByIdRequest": "details",
    "temporal.api.workflowservice.v1.RespondActivityTaskCanceledRequest": "details",
    "temporal.api.workflowservice.v1.RespondActivityTaskCompletedByIdRequest": "result",
    "temporal.api.workflowservice.v1.RespondActivityTaskCompletedRequest": "result",
    "temporal.api.workflowservice.v1.RespondActivityTaskFailedByIdRequest": "failure last_heartbeat_details",
    "temporal.api.workflowservice.v1.RespondActivityTaskFailedByIdResponse": "failures",
    "temporal.api.workflowservice.v1.RespondActivityTaskFailedRequest": "failure last_heartbeat_details",
    "temporal.api.workflowservice.v1.RespondActivityTaskFailedResponse": "failures",
    "temporal.api.workflowservice.v1.RespondNexusTaskCompletedRequest": "response",
    "temporal.api.workflowservice.v1.RespondNexusTaskFailedRequest": "failure",
    "temporal.api.workflowservice.v1.RespondQueryTaskCompletedRequest": "query_result failure",
    "temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest": "commands query_results messages",
    "temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest.QueryResultsEntry": "value",
    "temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedResponse": "workflow_task activity_tasks",
    "temporal.api.workflowservice.v1.RespondWorkflowTaskFailedRequest": "failure messages",
    "temporal.api.workflowservice.v1.ScanWorkflowExecutionsResponse": "executions",
    "temporal.api.workflowservice.v1.SetCurrentDeploymentRequest": "update_metadata",
    "temporal.api.workflowservice.v1.SetCurrentDeploymentResponse": (
        "current_deployment_info previous_deployment_info"
    ),
    "temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest": (
        "input signal_input memo header user_metadata"
    ),
    "temporal.api.workflowservice.v1.SignalWorkflowExecutionRequest": "input header",
    "temporal.api.workflowservice.v1.StartActivityExecutionRequest": (
        "input header user_metadata completion_callbacks"
    ),
    "temporal.api.workflowservice.v1.StartActivityExecutionResponse": "eager_activity_task",
    "temporal.api.workflowservice.v1.StartBatchOperationRequest": (
        "termination_operation signal_operation reset_operation"
    ),
    "temporal.api.workflowservice.v1.StartNexusOperationExecutionRequest": "input user_metadata completion_callbacks",
    "temporal.api.workflowservice.v1.StartWorkflowExecutionRequest": (
        "input memo header continued_failure last_completion_result completion_callbacks user_metadata"
    ),
    "temporal.api.workflowservice.v1.StartWorkflowExecutionResponse": "eager_workflow_task",
    "temporal.api.workflowservice.v1.TerminateWorkflowExecutionRequest": "details",
    "temporal.api.workflowservice.v1.UpdateScheduleRequest": "schedule",
    "temporal.api.workflowservice.v1.UpdateWorkerDeploymentVersionComputeConfigRequest": (
        "compute_config_scaling_groups"
    ),
    "temporal.api.workflowservice.v1.UpdateWorkerDeploymentVersionComputeConfigRequest.ComputeConfigScalingGroupsEntry": (
        "value"
    ),
    "temporal.api.workflowservice.v1.UpdateWorkerDeploymentVersionMetadataRequest": "upsert_entries",
    "temporal.api.workflowservice.v1.UpdateWorkerDeploymentVersionMetadataRequest.UpsertEntriesEntry": "value",
    "temporal.api.workflowservice.v1.UpdateWorkerDeploymentVersionMetadataResponse": "metadata",
    "temporal.api.workflowservice.v1.UpdateWorkflowExecutionRequest": "request",
    "temporal.api.workflowservice.v1.UpdateWorkflowExecutionResponse": "outcome",
    "temporal.api.workflowservice.v1.ValidateWorkerDeploymentVersionComputeConfigRequest": (
        "compute_config_scaling_groups"
    ),
    "temporal.api.workflowservice.v1.ValidateWorkerDeploymentVersionComputeConfigRequest.ComputeConfigScalingGroupsEntry": (
        "value"
    ),
}
