"""What the drivers of python-amazon-ad-api share: the conversation with the test (see node/talk.js), and the client pointed where the test says
by its own class attributes."""

import os
import sys
from urllib.parse import urlsplit

from ad_api.auth import AccessTokenClient
from ad_api.base import BaseClient

env = os.environ
token_url = urlsplit(env["LK_TOKEN_URL"])
BaseClient.scheme = token_url.scheme + "://"
AccessTokenClient.host = token_url.netloc
AccessTokenClient.path = token_url.path


def ask(wish):
    print("ask " + wish, flush=True)
    answer = sys.stdin.readline().strip()
    if answer != "done":
        raise RuntimeError("the test answered " + answer)


def step(name, fn):
    try:
        print(f"step {name} ok {fn() or ''}", flush=True)
    except Exception as err:  # noqa: BLE001 - whatever goes wrong is the result
        print(f"step {name} failed {type(err).__name__}: {str(err)[:300]}", flush=True)
        sys.exit(1)


def client(kind, refresh_token=env["LK_REFRESH_TOKEN"], access_token=None, profile_id=env["LK_PROFILE_ID"]):
    one = kind(
        credentials={"refresh_token": refresh_token, "client_id": env["LK_CLIENT_ID"], "client_secret": env["LK_CLIENT_SECRET"], "profile_id": profile_id},
        access_token=access_token,
    )
    one.endpoint = env["LK_ADS_URL"]
    return one
