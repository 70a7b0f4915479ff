"""Names of the official SDK's inside that tests and programs import."""

from __future__ import annotations

import pytest

from mistral_async.compat import Mistral, _hooks
from mistral_async.compat._hooks import sdkhooks, service_account_auth, types


def test_the_token_of_a_service_account(monkeypatch, tmp_path):
    monkeypatch.delenv("MISTRAL_SA_TOKEN_PATH", raising=False)
    assert service_account_auth.read_service_account_token() is None
    path = tmp_path / "token"
    monkeypatch.setenv("MISTRAL_SA_TOKEN_PATH", str(path))
    with pytest.raises(service_account_auth.ServiceAccountTokenError, match="Failed to read"):
        service_account_auth.read_service_account_token()
    path.write_text(" \n")
    with pytest.raises(service_account_auth.ServiceAccountTokenError, match="is empty"):
        service_account_auth.read_service_account_token()
    path.write_text("Bearer token\n")
    assert service_account_auth.read_service_account_token() == "Bearer token"
    assert service_account_auth.bearer_header("Bearer token") == "Bearer token"
    assert service_account_auth.bearer_header("token") == "Bearer token"


def test_a_file_of_a_token_that_is_not_there_is_its_error(threaded_server, monkeypatch, tmp_path):
    monkeypatch.setenv("MISTRAL_SA_TOKEN_PATH", str(tmp_path / "none"))
    with (
        Mistral(server_url=threaded_server.url) as client,
        pytest.raises(service_account_auth.ServiceAccountTokenError),
    ):
        client.models.list()


def test_a_context_is_made_of_another():
    context = types.HookContext("config", "https://api.test", "id", None, None, None, None)
    assert vars(types.AfterErrorContext(context)) == vars(context)
    with pytest.raises(TypeError, match="abstract"):
        types.BeforeRequestHook()


def test_the_package_has_the_names_of_its_modules():
    assert _hooks.SDKHooks is sdkhooks.SDKHooks
    assert {each for each in _hooks.__all__ if each in vars(types)} == {*_hooks.__all__} - {"SDKHooks"}


def test_hooks_that_are_not_here_are_placeholders():
    from mistral_async.compat._hooks.deprecation_warning import DeprecationWarningHook

    with pytest.raises(NotImplementedError, match="DeprecationWarningHook"):
        DeprecationWarningHook()
