"""python-amazon-ad-api as its README uses it; only addresses and keys differ (its own class attributes set them)."""

import json
import os

from ad_api.api import Profiles
from ad_api.api.sp import CampaignsV3
from ad_api.auth import access_token_client
from ad_api.auth.exceptions import AuthorizationError
from ad_api.base.exceptions import AdvertisingApiException

from talk import ask, client, step

env = os.environ


def fails(fn, kind, *codes):
    try:
        fn()
    except kind as err:
        code = getattr(err, "code", None) or getattr(err, "status_code", None)
        if not codes or code in codes or str(code) in map(str, codes):
            return f"{type(err).__name__} {code}"
        raise
    raise RuntimeError("was expected to fail")


def write():
    body = [{"name": "Interop python " + env["LK_REFRESH_TOKEN"][-6:], "state": "PAUSED", "targetingType": "MANUAL", "budget": {"budget": 12.5, "budgetType": "DAILY"}, "startDate": "2099-01-01"}]
    answer = client(CampaignsV3).create_campaigns(body=json.dumps({"campaigns": body}), prefer=True).payload
    made = answer["campaigns"]["success"]
    if len(made) != 1 or answer["campaigns"]["error"]:
        raise RuntimeError(json.dumps(answer)[:300])
    return "campaign " + made[0]["campaignId"]


def pages():
    seen, token, count = [], None, 0
    while True:
        body = {"maxResults": 2, "stateFilter": {"include": ["ENABLED", "PAUSED"]}}
        if token:
            body["nextToken"] = token
        answer = client(CampaignsV3).list_campaigns(body=json.dumps(body)).payload
        seen += [c["campaignId"] for c in answer["campaigns"]]
        count += 1
        token = answer.get("nextToken")
        if not token:
            break
    if len(seen) != len(set(seen)) or len(seen) != answer["totalResults"] or count < 2:
        raise RuntimeError(f"{len(seen)} campaigns on {count} pages, {len(set(seen))} different, {answer['totalResults']} told")
    return f"{len(seen)} campaigns on {count} pages"


step("refresh", lambda: client(Profiles).auth.token_type)
step("read", lambda: f"{len(client(Profiles).list_profiles().payload)} profiles")
step("write", write)
step("pages", pages)
ask("expire")
step("expired 401", lambda: fails(lambda: client(Profiles).list_profiles(), AdvertisingApiException, 401))
access_token_client.cache.clear()
step("refresh after expiry", lambda: f"{len(client(Profiles).list_profiles().payload)} profiles")
step("wrong token 401", lambda: fails(lambda: client(Profiles, access_token="Atza|sbx-EXAMPLE-wrong").list_profiles(), AdvertisingApiException, 401))
ask("throttle")
step("429", lambda: fails(lambda: client(Profiles).list_profiles(), AdvertisingApiException, 429))
ask("unthrottle")
ask("revoke")
step("revoked call", lambda: fails(lambda: client(Profiles).list_profiles(), AdvertisingApiException, 401))
access_token_client.cache.clear()
step("revoked", lambda: fails(lambda: client(Profiles).auth, AuthorizationError))
