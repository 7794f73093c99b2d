"""requests-oauthlib as its README walks an authorization code, with mechanize as the browser that fills in the forms on the way. Amazon's own
addresses are used: both find the sandbox by the environment that `lockkeeper sandbox env python` prints."""

import os
import sys

import mechanize
from oauthlib.oauth2 import OAuth2Error
from requests_oauthlib import OAuth2Session

env = os.environ
AUTHORIZE, TOKEN = "https://www.amazon.com/ap/oa", "https://api.amazon.com/auth/o2/token"
PROFILE, TOKEN_INFO = "https://api.amazon.com/user/profile", "https://api.amazon.com/auth/o2/tokeninfo"


def step(name, fn):
    try:
        print(f"step {name} ok {fn() or ''}", flush=True)
    except Exception as err:  # noqa: BLE001 - whatever goes wrong is the result
        print(f"step {name} failed {type(err).__name__}: {str(err)[:600]}", flush=True)
        sys.exit(1)


def want(condition, what):
    if not condition:
        raise RuntimeError(str(what)[:300])


session = OAuth2Session(env["LWA_CLIENT_ID"], redirect_uri=env["LK_RETURN_URL"], scope=["profile", "postal_code"], pkce="S256")
browser = mechanize.Browser()
browser.set_handle_robots(False)
browser.set_ca_data(cafile=env["SSL_CERT_FILE"])


def sign_in():
    url, _ = session.authorization_url(AUTHORIZE)
    browser.open(url)
    want("/ap/signin" in browser.geturl(), browser.geturl())
    browser.select_form(nr=0)
    browser["user"] = [env["LK_USER"]]
    browser.submit()
    want("wants to use your account" in browser.response().read().decode(), browser.geturl())


def decide(decision):
    browser.select_form(nr=0)
    browser.submit(name="decision", nr=["allow", "cancel"].index(decision))
    want(browser.geturl().startswith(env["LK_RETURN_URL"]), browser.geturl())
    return browser.geturl()


def cancel():
    try:
        session.fetch_token(TOKEN, authorization_response=decide("cancel"), client_secret=env["LWA_CLIENT_SECRET"])
    except OAuth2Error as err:
        want(err.error == "access_denied", err)
        return err.error
    raise RuntimeError("was expected to fail")


def allow():
    url, _ = session.authorization_url(AUTHORIZE)
    browser.open(url)  # still signed in
    token = session.fetch_token(TOKEN, authorization_response=decide("allow"), client_secret=env["LWA_CLIENT_SECRET"], include_client_id=True)
    want(token["refresh_token"].startswith("Atzr|") and token["expires_in"] == 3600, token.keys())


def who():
    info = session.get(TOKEN_INFO, params={"access_token": session.token["access_token"]}).json()
    want(info["aud"] == env["LWA_CLIENT_ID"] and 3500 < info["exp"] <= 3600, info)
    profile = session.get(PROFILE).json()
    want(profile["user_id"] == info["user_id"] and profile["postal_code"] and "@" in profile["email"], profile.keys())
    return profile["name"]


def refresh():
    before = session.token["access_token"]
    session.refresh_token(TOKEN, client_id=env["LWA_CLIENT_ID"], client_secret=env["LWA_CLIENT_SECRET"])
    want(session.token["access_token"] != before, "the token stayed")


step("sign in", sign_in)
step("cancel", cancel)
step("allow", allow)
step("profile", who)
step("refresh", refresh)
