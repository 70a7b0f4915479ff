"""What ends each wait of the package: no `await`, `async for` or `async with` is without an entry.

An `await` of a coroutine of ours ends when what it waits for ends, and needs none. The table has the rest: all that is
asyncio's, anyio's, trio's and httpx's, functions and objects of the caller, and objects of ours behind an interface.
An entry is a file, a function in it and what that awaits; each kind of wait names the tests that saw it end.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import mistral_async

PACKAGE = Path(mistral_async.__file__).parent
TESTS = Path(__file__).parents[1]
NOT_LISTED = {"testing", "_moved"}  # the fake server, whose waits end with it, and old names

# Names of methods that objects of other libraries have too.
SHARED = """
    __aenter__ __aexit__ acquire aclose append call close collect commit find get join lookup
    handle_async_request open perform put read receive reserve result run save script
    seek send skip sleep start status stop wait
"""

DEADLINE = "the deadline (`timeout_ms`), fail_after and cancellation"
CANCELLATION = "fail_after and cancellation; each call in it has a deadline"
STEP = "the end of a step that is short: of a disk, or of another thread"
OWN_BOUND = "a bound of its own"
CALLER = "fail_after and cancellation; what the caller wrote may take as long as it likes"
AT_ONCE = "no time passes"
OURS = "what it waits for, which is listed where that is defined"


class Wait(NamedTuple):
    """A kind of wait: what ends it, tests that saw it end, and where the package waits so."""

    what: str
    ends: str
    tests: str
    places: str


WAITS = [
    Wait(
        "others' turn",
        AT_ONCE,
        "http/test_turns.py::test_the_deadline_ends_what_unfolds",
        """
        _codec/turns.py pause:anyio.sleep pause:anyio.lowlevel.checkpoint
        _http/asyncio_wire/connection.py _send_piece:asyncio.sleep
        _http/asyncio_wire/wire.py aclose:asyncio.sleep
        _http/trio_wire/connection.py pause:trio.lowlevel.checkpoint _send:trio.lowlevel.checkpoint
        _http/trio_wire/wire.py aclose:trio.lowlevel.cancel_shielded_checkpoint
        _ratelimit/sqlite.py _ask:anyio.lowlevel.checkpoint_if_cancelled
        _results/stream.py _wait_on:checkpoint
        batch/_request_spool.py spool_calls:lowlevel.checkpoint
        bulk/_pipeline.py _next_items:anyio.lowlevel.checkpoint
        """,
    ),
    Wait(
        "a name",
        DEADLINE,
        "faults/test_deadlines.py::test_every_wait_ends_in_time "
        "http/asyncio_wire/test_connect.py::test_a_resolver_that_hangs_holds_up_neither_its_loop_nor_the_process",
        """
        _http/threads.py _daemon:run_sync _daemon:start_daemon
        _http/asyncio_wire/connect.py _share:asyncio.shield
        """,
    ),
    Wait(
        "a connection that is made, and TLS on it",
        DEADLINE,
        "faults/test_deadlines.py::test_every_wait_ends_in_time "
        "http/test_timeouts.py::test_a_server_that_does_not_accept "
        "http/test_timeouts.py::test_tls_that_does_not_come_about "
        "http/test_socks.py::test_a_proxy_that_says_nothing_is_left_in_time "
        "client/test_warm.py::test_its_time_is_limited_and_nothing_is_left",
        """
        _http/pooled.py warm:anyio.create_task_group
        _http/httpx_wire/loop.py warm:anyio.create_task_group ask:send
        _http/asyncio_wire/channel.py start_tls:_handshake
        _http/asyncio_wire/connect.py _attempt:loop.sock_connect _first_success:asyncio.wait _discard:asyncio.wait
        _http/asyncio_wire/wire.py _open_in_no_context:task _open_in_time:asyncio.timeout
        _http/asyncio_wire/wire.py _open_connection:_loop.create_connection _open_connection:_pass_proxy
        _http/trio_wire/connection.py start_tls:wait_readable _send_handshake:wait_writable
        _http/trio_wire/wire.py _open_connection:_pass_proxy
        _http/trio_wire/connect.py _open_stream:trio.open_tcp_stream
        """,
    ),
    Wait(
        "a connection of the pool",
        DEADLINE,
        "faults/test_deadlines.py::test_every_wait_ends_in_time "
        "http/test_timeouts.py::test_only_the_deadline_ends_the_wait_for_a_connection",
        """
        _http/asyncio_wire/wire.py _wait:woken
        _http/trio_wire/wire.py _wait:woken.wait
        """,
    ),
    Wait(
        "room to write",
        DEADLINE,
        "faults/test_deadlines.py::test_every_wait_ends_in_time "
        "http/test_timeouts.py::test_a_server_that_does_not_read",
        """
        _http/asyncio_wire/connection.py _drain:waiter
        _http/trio_wire/connection.py _send_raw:wait_writable
        """,
    ),
    Wait(
        "an answer, an event",
        DEADLINE,
        "faults/test_deadlines.py::test_every_wait_ends_in_time "
        "faults/test_time.py::test_a_deadline_may_pass_at_any_point "
        "faults/test_callbacks.py::test_an_exception_in",
        """
        _http/asyncio_wire/connection.py perform:waiter wait:waiter pause:waiter
        _http/trio_wire/connection.py perform:wait_readable wait:wait_readable
        """,
    ),
    Wait(
        "httpx, for what goes through it",
        DEADLINE,
        "faults/test_deadlines.py::test_every_wait_ends_in_time "
        "http/httpx_wire/test_fallback.py::test_a_silent_connection_after_one_that_broke",
        """
        _http/httpx_wire/adapter.py open:_client.send open:_transport.handle_async_request _next:anext
        _http/httpx_wire/loop.py handle_async_request:_client.send
        """,
    ),
    Wait(
        "a key from a function",
        DEADLINE,
        "faults/test_deadlines.py::test_every_wait_ends_in_time "
        "engine/test_access_token.py::test_a_cancelled_call_leaves_the_renewal_to_the_next",
        """
        _engine/auth.py _awaited:given _fetch_in_turn:turn
        """,
    ),
    Wait(
        "a turn under the rate limits",
        DEADLINE,
        "faults/test_deadlines.py::test_every_wait_ends_in_time "
        "faults/test_cancellation.py::test_waiting_for_the_rate_limit_may_be_cancelled",
        """
        _ratelimit/shared.py acquire:sleep _wait_to_ask:sleep
        _ratelimit/waiting.py wait_first:event.wait wait:_event.wait
        """,
    ),
    Wait(
        "other calls of a budget, for bulk work",
        DEADLINE,
        "spending/test_bulk_budgets.py::test_what_was_reserved_too_much_is_used_before_the_work_stops",
        """
        _spending/budget.py has_changed:event.wait
        """,
    ),
    Wait(
        "a store that is locked or stands still",
        DEADLINE,
        "ratelimit/test_store_faults.py::test_a_store_that_does_not_answer_ends_at_the_deadline_of_the_call "
        "ratelimit/test_store_faults.py::test_a_locked_file_does_not_hold_the_event_loop "
        "engine/test_answer_cache.py::test_a_store_that_stands_still_is_left",
        """
        _ratelimit/redis.py ask:work
        _engine/cached_calls.py _ask:question
        _engine/redis_cache.py get:_store.run set:_store.run
        _engine/sqlite_cache.py _run:anyio.to_thread.run_sync
        _ratelimit/redis.py _result_of:done.wait _book:connection.script _resolve:work
        _ratelimit/redis.py _serve:client _serve:anyio.create_task_group _serve:noticed.wait
        _ratelimit/sqlite.py _ask:anyio.to_thread.run_sync _ask:anyio.sleep
        _spending/redis.py _ask:done.wait _answer:run
        _spending/sqlite.py ask:done.wait
        """,
    ),
    Wait(
        "another call that is the same",
        DEADLINE,
        "engine/test_answer_cache.py::test_the_wait_for_another_call_ends_in_time "
        "engine/test_answer_cache.py::test_where_the_first_is_cancelled_another_takes_its_place",
        """
        _engine/cached_calls.py _wait:flight.landed.wait respond:perform
        """,
    ),
    Wait(
        "the delay before the next attempt",
        DEADLINE,
        "faults/test_deadlines.py::test_every_wait_ends_in_time "
        "engine/test_retry.py::test_cancelling_a_wait_takes_no_time",
        """
        _engine/sender.py _retry_loop:retrying _sleep:pause
        bulk/_workers.py pause:anyio.sleep
        """,
    ),
    Wait(
        "the thread that decodes a large answer",
        DEADLINE,
        "codec/test_large.py::test_cancellation_does_not_wait_for_the_thread "
        "results/test_stream.py::test_the_deadline_ends_the_decoding_of_a_large_answer",
        """
        _codec/large.py decode_large:to_thread.run_sync
        """,
    ),
    Wait(
        "the next piece of what is uploaded",
        DEADLINE,
        "faults/test_deadlines.py::test_every_wait_ends_in_time faults/test_files.py::test_a_source_that_fails",
        """
        _http/asyncio_wire/connection.py _send_source:scope
        _http/h1/body.py pump:pieces pump:write pump:close
        _uploads/checked.py __anext__:anext _check_all:_pieces aclose:close
        _uploads/multipart.py __anext__:anext aclose:close
        _uploads/source.py _read_pieces:file.read _read_pieces:file.seek _next:anext aclose:close
        _http/httpx_wire/threaded.py _next_piece:anext
        _http/httpx_wire/loop.py open:body.open
        """,
    ),
    Wait(
        "the goodbye of a connection that is closed",
        OWN_BOUND,
        "http/test_timeouts.py::test_a_tls_peer_that_never_says_goodbye_does_not_hold_up_closing "
        "http/test_timeouts.py::test_closing_fails_what_is_under_way_and_what_waits",
        """
        _http/asyncio_wire/wire.py aclose:asyncio.wait
        _http/httpx_wire/adapter.py aclose:_transport.aclose aclose:_response.aclose aclose:anext aclose:close
        _http/httpx_wire/loop.py aclose:_client.aclose
        _http/loops.py start:anext _wait:closing
        """,
    ),
    Wait(
        "the end of a store's thread, when it is closed",
        OWN_BOUND,
        "ratelimit/test_store_faults.py::test_a_store_that_does_not_answer_ends_at_the_deadline_of_the_call",
        """
        _ratelimit/redis.py aclose:anyio.to_thread.run_sync
        _ratelimit/sqlite.py aclose:anyio.to_thread.run_sync
        _spending/sqlite.py aclose:anyio.to_thread.run_sync
        _engine/redis_cache.py aclose:_store.aclose
        _engine/sqlite_cache.py aclose:anyio.to_thread.run_sync
        """,
    ),
    Wait(
        "the watcher of time limits, which ends with its wire",
        OWN_BOUND,
        "faults/test_cancellation.py::test_a_storm_of_cancellations",
        """
        _http/trio_wire/deadlines.py _run:trio.sleep_forever
        """,
    ),
    Wait(
        "a step in a thread: a file that is read or written, a checkpoint",
        STEP,
        "faults/test_files.py::test_a_disk_that_is_full "
        "faults/test_deadlines.py::test_saving_to_a_pipe_without_a_reader_ends_in_time "
        "batch/test_handle.py::test_a_checkpoint_is_one_process_s_at_a_time "
        "bulk/test_checkpoint.py::test_a_file_is_one_processs_at_a_time",
        """
        _http/threads.py call_in:run _to_its_end:run _wait_for:ended.wait
        _results/save.py save:run _receive:run
        bulk/_checkpoint_writer.py commit:_lock
        cli/embed.py _write:anyio.to_thread.run_sync
        cli/ocr.py _read:to_thread.run_sync
        cli/speak.py speak:to_thread.run_sync
        """,
    ),
    Wait(
        "the portal's thread",
        "the end of the process; a call in it ends by its own limits, and by an interrupt",
        "faults/test_deadlines.py::test_every_blocking_wait_ends_in_time "
        "faults/test_processes.py::test_an_interrupt_ends_a_blocking_call",
        """
        _binding/portal.py main:ended.wait _quietly:aclose _perform:_function
        """,
    ),
    Wait(
        "the task behind a block, which is cancelled first",
        OWN_BOUND,
        "binding/test_blocks.py::test_a_block_that_is_cancelled_ends_its_work "
        "tools/test_cancel.py::test_leaving_the_block_ends_the_tools",
        """
        _binding/background.py stop:_ended.wait
        """,
    ),
    Wait(
        "bulk work, by its parts",
        CANCELLATION,
        "faults/test_deadlines.py::test_work_of_many_calls_ends_with_its_cancellation "
        "binding/test_blocks.py::test_a_block_that_is_cancelled_ends_its_work",
        """
        bulk/_notify.py wait:_event.wait
        bulk/_pipeline.py run:anyio.create_task_group _contain:task _next_items:results.freed.wait
        bulk/_pipeline.py _flush_at_pauses:_opened.wait _flush_at_pauses:anyio.sleep _report_progress:anyio.sleep
        bulk/_result_queue.py wait:arrived.wait
        bulk/_source.py read:_fresh.wait
        bulk/_workers.py _run:event.wait pause:event.wait
        """,
    ),
    Wait(
        "a partition that another worker of an engine has",
        CANCELLATION,
        "integrations/test_workers.py::test_waiting_for_a_partition_ends_when_it_is_cancelled",
        """
        integrations/_task.py _enter:anyio.sleep
        """,
    ),
    Wait(
        "an iterable of the caller",
        CALLER,
        "faults/test_deadlines.py::test_work_of_many_calls_ends_with_its_cancellation "
        "bulk/test_fan_out.py::test_a_failing_source_ends_the_work_after_its_results",
        """
        bulk/_source.py read:anext aclose:_items.aclose
        """,
    ),
    Wait(
        "the payloads of workflows: a store of the caller, in a thread that is left behind",
        DEADLINE,
        "payloads/test_encoding.py::test_a_store_that_hangs_ends_with_the_time_of_the_call",
        """
        _engine/payloads.py decode_payloads:decode reencode_payloads:reencode
        _results/event_reader.py read_large:decode_payloads
        payloads/_codec.py encode:place
        payloads/_encoding.py decode:_decoding.result
        payloads/_namespaces.py ask:turn _ask:call
        payloads/_parts.py changed:change
        """,
    ),
    Wait(
        "a batch, by its parts; `timeout=` ends the wait for it too",
        CANCELLATION,
        "faults/test_deadlines.py::test_work_of_many_calls_ends_with_its_cancellation "
        "batch/test_handle.py::test_waiting_has_an_end "
        "batch/test_run.py::test_the_polling_gives_up_on_what_does_not_pass",
        """
        _results/poll.py poll_until:poll.sleep retry_until_done:poll.sleep
        compat/extra/batch/client.py wait:anyio.sleep
        compat/_asking.py method:anyio.sleep
        _results/workflow_run.py limited:ask look:ask _follow:_open_stream _follow:stream _tell:told
        resources/workflows/workflows.py execute_workflow_and_wait:execute_workflow
        resources/workflows/workflows.py execute_with_connector_auth:execute_workflow
        compat/extra/workflows/connector_auth.py execute_with_connector_auth_async:workflows.execute_workflow_async
        batch/_batch_run.py wait:anyio.create_task_group
        batch/_job_creator.py one:slots submit_all:anyio.create_task_group adopt:_poll.sleep
        batch/_reading.py receive:_receive.receive _produce:anyio.create_task_group _emit:_send.send
        batch/_result_reader.py follow:_slots follow:_downloads _deliver:_turn
        """,
    ),
    Wait(
        "a run of tools, by its parts",
        CANCELLATION,
        "faults/test_deadlines.py::test_work_of_many_calls_ends_with_its_cancellation "
        "tools/test_cancel.py::test_at_every_checkpoint",
        """
        tools/_run.py _emit:_send.send _emit:anyio.sleep_forever receive:_receive.receive
        tools/_runner.py _confirm_call:_asking _gather:calls[0] one:call _gather:anyio.create_task_group
        tools/_tool.py perform:_semaphore_of
        """,
    ),
    Wait(
        "a tool, whose `timeout` ends it too; and who confirms it. A thread without one is waited for",
        CALLER,
        "faults/test_deadlines.py::test_work_of_many_calls_ends_with_its_cancellation "
        "tools/test_cancel.py::test_a_thread_with_a_time_limit_is_left_behind "
        "tools/test_cancel.py::test_a_thread_without_time_limit_is_waited_for",
        """
        tools/_runner.py _ask:cast
        tools/_tool.py _awaited:value _awaited:aclosing
        """,
    ),
    Wait(
        "what the caller put in the place of a part of compat, and the caller's function for the key",
        CALLER,
        "compat/test_realtime.py::test_a_connect_that_is_replaced_is_asked "
        "payloads/test_compat.py::test_a_store_that_is_replaced_is_asked "
        "compat/test_connectors_gateway.py::test_the_key_is_asked_for_each_request",
        """
        compat/_hooks/service_account_auth.py _awaited:key
        compat/_hooks/stream_error_hook.py __aiter__:_stream aclose:_stream.aclose
        compat/extra/observability/otel.py aclose:inner.aclose
        compat/extra/run/tools.py _call:tool.awaitable
        compat/_hooks/workflow_encoding_hook.py run:coro
        compat/extra/connectors_gateway.py add_key:key
        compat/extra/realtime/_replaced.py open_replaced:key open_replaced:connect open_replaced:socket.close
        compat/extra/realtime/_replaced.py _session:socket.recv
        compat/extra/workflows/encoding/_own.py ask:_open ask:getattr(storage,name)
        """,
    ),
    Wait(
        "an MCP server: `connect_timeout` ends the opening, the tool's `timeout` a call",
        CANCELLATION,
        "tools/test_mcp_odd.py::test_a_server_that_does_not_list_its_tools_is_given_up "
        "tools/test_mcp_odd.py::test_a_program_that_says_nothing_is_given_up "
        "tools/test_mcp_odd.py::test_cancelling_ends_a_session_that_is_being_opened",
        """
        tools/_mcp.py open:stack.enter_async_context _with_headers:stack.enter_async_context
        tools/_mcp.py _list_tools:client.list_tools call:_call
        tools/_mcp_client.py _headers:given _raise_gateway_error:response.aread
        tools/_mcp.py __aenter__:_stack.__aexit__ __aexit__:_stack.__aexit__ _close:_stack.aclose
        compat/extra/run/context.py register_mcp_client:_stack.enter_async_context
        compat/extra/connectors_gateway.py mcp_client:client mcp_client:streamable_http_client
        compat/extra/connectors_gateway.py mcp_client:ClientSession
        compat/extra/connectors_gateway.py raise_connectors_gateway_error:response.aread
        """,
    ),
    Wait(
        "an MCP server of compat, and what authorizes for it: timeouts of httpx2",
        CANCELLATION,
        "compat/test_mcp_auth.py::test_cancelling_ends_the_wait_for_a_silent_server "
        "compat/test_mcp_auth.py::test_a_token_that_expires_in_a_session_ends_the_call_and_is_refreshed",
        """
        compat/extra/mcp/auth.py dynamic_client_registration:async_client.post _registered:_http_client
        compat/extra/mcp/auth.py exchange_code:_client exchange_code:client.fetch_token
        compat/extra/mcp/auth.py refresh:_client refresh:client.refresh_token
        compat/extra/mcp/auth.py _json_at:_http_client _json_at:client.get
        compat/extra/mcp/base.py initialize:AsyncExitStack initialize:opened.enter_async_context
        compat/extra/mcp/base.py get_tools:_session.list_tools execute_tool:_session.call_tool
        compat/extra/mcp/base.py get_system_prompt:_session.get_prompt list_system_prompts:_session.list_prompts
        compat/extra/mcp/base.py __aenter__:AsyncExitStack __aexit__:_stack.__aexit__ aclose:_exit_stack.aclose
        compat/extra/mcp/sse.py requires_auth:httpx2.AsyncClient requires_auth:client.stream
        compat/extra/mcp/sse.py refresh_auth_token:_refreshing
        compat/extra/mcp/sse.py _get_transport:exit_stack.enter_async_context
        compat/extra/mcp/stdio.py _get_transport:exit_stack.enter_async_context
        compat/extra/mcp/streamable_http.py _get_transport:exit_stack.enter_async_context
        """,
    ),
    Wait(
        "the opening of a WebSocket, with what comes before its session",
        DEADLINE,
        "realtime/test_faults.py::test_a_handshake_that_takes_too_long "
        "realtime/test_faults.py::test_a_session_that_takes_too_long",
        """
        _http/tunnel.py open_tunnel:stream.receive
        _http/websocket/network.py _exchange_heads:stream.receive _read_refusal:stream.receive
        realtime/_connection.py _open_link:link.open _open_link:link.send
        realtime/_link.py open:_engine.open _refuse:_upgrade.receive
        realtime/_live.py __aenter__:_connection.open
        realtime/_transcription.py _open_in_turn:anyio.sleep _open_in_turn:_open_link
        """,
    ),
    Wait(
        "a WebSocket, which lasts as long as somebody speaks; pings find out one that is dead",
        "the ping's time limit, fail_after and cancellation",
        "realtime/test_faults.py::test_a_server_that_falls_silent "
        "realtime/test_connection.py::test_a_slow_server_stops_the_sender "
        "realtime/test_connection.py::test_a_cancellation_at_any_checkpoint_leaves_nothing",
        """
        _http/websocket/connection.py run:anyio.create_task_group _guarded:work _read:_stream.receive
        _http/websocket/connection.py _wait_for_room:_taken.wait _flush_all:_flushable.wait _ping:anyio.sleep
        _http/websocket/connection.py send:_flushed.wait send:_ended.wait receive:_arrived.wait
        _http/websocket/connection.py send:anyio.lowlevel.checkpoint receive:anyio.lowlevel.checkpoint
        _http/byte_stream.py _waiting:wait
        realtime/_connection.py _send:send receive:link.receive
        realtime/_link.py receive_messages:socket.receive send:socket.send
        realtime/_live.py receive:_connection.receive send_pieces:send _send_async:send
        realtime/_speech.py send_text:_send flush:_send end:_send update_session:_update
        realtime/_transcription.py _send_piece:_send _send_logged:_restored.wait _try_to_send:_send flush_audio:_send
        realtime/_transcription.py update_session:_update _send_again:_send _send_waiting:_send
        """,
    ),
    Wait(
        "the end of a WebSocket that is closed: the server has `close_timeout`",
        OWN_BOUND,
        "realtime/test_faults.py::test_a_server_that_never_closes",
        """
        _http/websocket/connection.py aclose:_ended.wait
        realtime/_connection.py _open_link:link.close close:_link.close
        realtime/_link.py close:_socket.aclose close:_task.stop
        realtime/_live.py __aexit__:_task.stop __aexit__:_connection.close
        realtime/_transcription.py _reopen:_link.close
        """,
    ),
    Wait(
        "audio, or text, of the caller; its generator has a second to end",
        CALLER,
        "realtime/test_connection.py::test_a_file_and_an_async_generator",
        """
        realtime/_live.py _send_async:source _send_async:source.aclose
        compat/extra/realtime/speech.py send:text_stream
        compat/extra/realtime/transcription.py send:audio_stream
        """,
    ),
    Wait(
        "words that somebody types, or says, and Ctrl-C",
        CANCELLATION,
        "cli/test_process.py::test_a_slow_pipe_holds_nothing_up cli/test_process.py::test_ctrl_c_is_130_and_quick "
        "cli/test_live.py::test_text_comes_while_the_audio_does_and_ctrl_c_ends_the_recording",
        """
        cli/_recording.py watch:signals _read:_read_more stopped_by_interrupt:ready.wait
        cli/_text.py read_stdin:anyio.wait_readable
        cli/_texts.py _parse_objects_async:lines
        """,
    ),
    Wait(
        "objects of ours behind an interface",
        OURS,
        "",
        """
        _binding/background.py _run:_work
        _binding/sync_executor.py _next:anext
        _client/client.py aclose:_executor.engine.aclose
        _engine/first_use.py load_and_call:function
        _codec/large.py _value:read
        _engine/call_state.py body_of:answer.receive body_of:answer.aclose
        _engine/choosing.py _addressed:fetch_key _in_time:waiting
        _engine/client_state.py aclose:contextlib.AsyncExitStack
        _engine/engine.py open:sender.send _perform:sender.send aclose:AsyncExitStack
        _engine/sender.py _attempt:send
        _http/h1/body_stream.py receive:_connection.wait
        _http/httpx_wire/adapter.py send:stream.aclose _close_aborted:stream.aclose
        _http/httpx_wire/loop.py open:_exit_hook.start open:open _close:aclose
        _http/httpx_wire/transport.py handle_async_request:open aclose:network.aclose
        _http/httpx_wire/transport.py __aiter__:_stream.receive aclose:_stream.aclose
        _http/network.py aclose:wire.aclose aclose:_shared_wire.aclose
        _http/pooled.py _perform:connection.perform _make:exit_hook.start
        _ratelimit/limiter.py aclose:shared.aclose
        _ratelimit/shared.py _ask:store.reserve aclose:store.aclose
        _ratelimit/waiting.py wait_turn:shared.acquire
        _results/download.py __aenter__:_open receive:receive _resume:aclose skip:aclose skip:_engine.sender.send
        _results/open_response.py _unless_cancelled:work aclose:_streaming.aclose
        _results/pages.py page:_fetch __anext__:_fetch __anext__:anext
        _results/poll.py poll_until:ask retry_until_done:act
        _results/save.py _receive:download.skip _receive:download.receive
        _results/stream.py __aenter__:_open __aenter__:__aexit__ _fail_or_repeat:aclose
        _results/stream.py _reopen:_unless_cancelled _reopen:aclose _finish:aclose
        _results/stream.py _read_document:streaming.receive _read:wire.receive
        _results/stream.py _reopen:_wire.aclose _finish:_wire.receive
        batch/_batch_run.py get_job:engine.call _get_job:_polling_engine.call _learn_expiry:engine.call
        batch/_batch_run.py _cancel:engine.call _delete_if_there:engine.call
        batch/_handle.py __anext__:receive status:_run.status wait:_run.wait
        batch/_handle.py resubmit_failed:_run.wait start:_source.start
        batch/_job_creator.py _create:_run_file.save _create:_engine.call _keep:_run_file.save _upload:_run_file.save
        batch/_job_creator.py _send_file:_engine.call _find_job:jobs _find_file:files
        batch/_lines.py give:take read:download.receive read:engine.call
        batch/_reading.py __aenter__:source.open __aexit__:_background.stop
        batch/_request_spool.py spool_calls:source.read spool_calls:source.aclose
        batch/_resubmit.py resubmit:run.run_file.save _find_failed:run.read write_wanted:run.read
        batch/_result_reader.py _read:_run.read _deliver:emit _report_missing:_run.read
        _spending/budget.py aclose:_ledger.aclose
        _spending/ledger.py aclose:_backend.aclose
        _spending/redis.py aclose:_store.aclose
        _spending/reserving.py _reserve_each:budget.reserve
        bulk/_bulk_run.py _open_checkpoint:checkpoint.open __aexit__:_background.stop _close:_checkpoint.aclose
        bulk/_bulk_run.py changed:_queue.wait
        bulk/_packed_work.py perform:respond
        bulk/_pipeline.py _next_items:source.read _close_source:source.aclose _accept_new:checkpoint.lookup
        bulk/_pipeline.py _accept_new:checkpoint.find _send:_work.perform _finish:checkpoint.commit
        bulk/_results.py __anext__:next _rows:receive save_npy:receive
        bulk/_sync_results.py _step:results.receive
        bulk/_workers.py _run:_perform
        integrations/_task.py perform_async:AsyncExitStack perform_async:results.receive
        integrations/_task.py _enter:stack.enter_async_context
        integrations/daft.py _struct:perform_async
        integrations/ray.py __call__:aclosing __call__:results
        integrations/workers.py run:perform_async
        cli/_connection.py __aenter__:AsyncExitStack __aenter__:stack.enter_async_context __aexit__:_open.__aexit__
        cli/batch.py run:client.batch.start status:status _write:results _write:results.receive
        cli/classifiers.py _show:results
        cli/embed.py embed:client _write:results.receive
        cli/files.py list_files:client.files.list download:save url:client.files.get_signed_url
        cli/limits.py limits:client.with_response.chat.complete
        cli/models.py models:client.models.retrieve models:client.models.list
        cli/ocr.py _read:client.bulk.map _read:answers
        cli/transcribe.py _transcribe_files:client.bulk.map _transcribe_files:results
        cli/_live.py transcribe_live:recording transcribe_live:recording.start transcribe_live:stream
        cli/_live.py transcribe_live:events transcribe_live:events.result
        cli/_recording.py stopped_by_interrupt:task.stop
        cli/speak.py _speak:events _speak_live:events _speak_live:events.result
        compat/_calls.py call:start call:result
        compat/_client.py __aexit__:client.aclose
        compat/_hooked.py aclose:_connections.aclose send:_client.send
        compat/_hooked.py _read_if_json:response.aread _read_if_json:response.aclose pass_by:response.aclose
        compat/_events.py start:_stream.__aenter__ __aexit__:_stream.aclose __anext__:anext __anext__:_stream.aclose
        compat/_pages.py _page_async:anext
        cli/speak.py _speak:client.audio.speech.stream
        compat/extra/batch/client.py upload:_client.files.upload_async download:_client.files.download_async
        compat/extra/batch/client.py download:found.aread
        compat/utils.py stream_to_text_async:stream.aiter_text stream_to_bytes_async:stream.aread
        compat/extra/batch/client.py signed_url:_client.files.get_signed_url_async delete:_client.files.delete_async
        compat/extra/batch/client.py create:_client.batch.jobs.create_async get:_client.batch.jobs.get_async
        compat/extra/batch/client.py cancel:_client.batch.jobs.cancel_async
        compat/extra/run/_loop.py ask:method events:method
        demo/__init__.py _asynchronous:client.chat.stream
        compat/extra/run/context.py __aexit__:_stack.aclose
        compat/_asking.py method:call method:ask
        _binding/asked.py called:answer
        _binding/asking_engine.py respond:answer
        _binding/replaced.py keep:response
        _binding/replaced_results.py _get:given _step:made __aiter__:given __aenter__:given
        compat/_events.py close:_stream.aclose
        compat/extra/workflows/helpers.py get_scheduler_namespace:workflows.workers.get_scheduler_namespace_async
        compat/extra/realtime/_connection.py _send:_websocket.send close:_websocket.close __anext__:anext
        compat/extra/realtime/_connection.py connect:link.open configure:connection.close
        compat/extra/realtime/connection.py send_audio:_send flush_audio:_send update_session:_update end_audio:_send
        compat/extra/realtime/_socket.py send:_link.send close:_link.close
        compat/extra/realtime/speech.py send_text:_send flush:_send end:_send update_session:_update
        compat/extra/realtime/speech.py speak_stream:connection
        compat/extra/realtime/transcription.py transcribe_stream:connection
        compat/extra/realtime/_sending.py __aexit__:_task.stop _work:_send _work:_connection.close
        compat/extra/run/_loop.py _advance:anext _close_stream:stream.__aexit__
        compat/extra/run/_loop.py _update_agent:agents.get_async
        compat/extra/run/_loop.py _update_agent:agents.update_async
        compat/extra/run/context.py execute_function_calls:runner.run
        continuation/_continuation.py receive:stream.receive _begin:stream.__aenter__ _leave_stream:stream.__aexit__
        demo/__init__.py _asynchronous:results
        demo/__init__.py _asynchronous:stream
        structured/_stream.py __aenter__:_stream.__aenter__ __aexit__:_stream.__aexit__ __anext__:anext
        structured/_stream.py receive:_stream.receive
        tools/_chat_driver.py ask:_complete _emit_events:stream _emit_events:emit
        tools/_conversation_driver.py ask:endpoints.start ask:endpoints.append _emit_events:stream _emit_events:emit
        tools/_loop.py run:AsyncExitStack run:toolbox.open run:_emit _run_steps:runner.run _finish_step:_emit
        tools/_mcp.py __aenter__:_server.open
        tools/_run.py __aexit__:_background.stop _work:loop.run result:run
        tools/_runner.py _run_tool:tool.perform _run_tool:_emit _fail:_emit
        tools/_tool.py _call:code.call
        tools/_toolbox.py open:stack.enter_async_context
        """,
    ),
]


class _Finder(ast.NodeVisitor):
    """Finds the waits of a file that are not plainly of coroutines of ours."""

    def __init__(self, file: str, tree: ast.Module, elsewhere: set[str]) -> None:
        self.found: dict[str, int] = {}
        self._file, self._function = file, ""
        self._elsewhere = elsewhere - set(SHARED.split())
        self._here = {node.name for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}
        self._names = set(_names_of_ours(tree))
        self.visit(tree)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        outer, self._function = self._function, node.name
        self.generic_visit(node)
        self._function = outer

    def generic_visit(self, node: ast.AST) -> None:
        match node:
            case ast.Await(value=waited) | ast.AsyncFor(iter=waited) | ast.comprehension(is_async=1, iter=waited):
                self._see(waited)
            case ast.AsyncWith(items=items):
                for item in items:
                    self._see(item.context_expr)
        super().generic_visit(node)

    def _see(self, waited: ast.expr) -> None:
        if isinstance(waited, ast.IfExp):
            self._see(waited.body)
            self._see(waited.orelse)
        elif not self._is_ours(waited):
            self.found.setdefault(f"{self._file} {self._function}:{_text(waited)}", waited.lineno)

    def _is_ours(self, waited: ast.expr) -> bool:
        match waited:
            case ast.Name(id="self"):
                return True
            case ast.Call(func=ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name))):
                return name in self._names
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name)):
                return name in self._here
            case ast.Call(func=ast.Attribute(attr=name)):
                return name in self._elsewhere
        return False


def _names_of_ours(tree: ast.Module) -> Iterator[str]:
    """Yield the functions and classes, but no methods, that a file defines or imports from the package."""
    methods = {each for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for each in node.body}
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.startswith("mistral_async"):
                yield from (each.asname or each.name for each in names)
            case ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name) if node not in methods:
                yield name


def _text(waited: ast.expr) -> str:
    """Return what is waited for as the table has it: without arguments and `self`, of a call's result the last name."""
    callee = waited.func if isinstance(waited, ast.Call) else waited
    text = ast.unparse(callee).removeprefix("self.")
    return text.rpartition(").")[2].replace(" ", "")


def waits() -> dict[str, int]:
    """Return every wait that needs an entry, with its line."""
    paths = [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in NOT_LISTED]
    trees = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    every = (node for tree in trees.values() for node in ast.walk(tree))
    methods = {node.name for node in every if isinstance(node, ast.AsyncFunctionDef)}
    return {wait: line for file, tree in trees.items() for wait, line in _Finder(file, tree, methods).found.items()}


def entries(kind: Wait) -> Iterator[str]:
    for line in kind.places.split("\n"):
        file, *places = line.split() or [""]
        yield from (f"{file} {place}" for place in places)


def test_every_wait_has_an_entry_that_says_what_ends_it():
    found = waits()
    listed = [entry for kind in WAITS for entry in entries(kind)]
    missing = [f"{wait} (line {line})" for wait, line in found.items() if wait not in listed]
    assert missing == [], "say in WAITS what ends it, and see in a test that it does"
    assert sorted(set(listed) - found.keys()) == [], "these are gone"
    assert len(listed) == len(set(listed)), "one wait, one entry"


@pytest.mark.parametrize("kind", [kind for kind in WAITS if kind.ends != OURS], ids=lambda kind: kind.what[:40])
def test_a_kind_of_wait_names_tests_that_see_it_end(kind):
    assert kind.tests
    for file, name in (test.split("::") for test in kind.tests.split()):
        assert re.search(rf"def {name}\(", (TESTS / file).read_text(encoding="utf-8")), f"{file} has no {name}"
