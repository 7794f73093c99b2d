"""amazon-ads-api-v1 as its README uses it. Its hosts are fixed: it finds the sandbox by the environment that `lockkeeper sandbox env python`
prints, and nothing in it is set. Answers are read by its own models, which refuse what they do not know."""

import gzip
import json
import os
import sys
from importlib import import_module

import aliases  # noqa: F401 - before the client
import httpx
from ads_api import AdsClient, AmazonAdsConfig, Region
from ads_api.errors import AmazonAdsError
from ads_api.models.v0.accounts import test_accounts
from ads_api.models.v1.reports import general as reports

env = os.environ
PRODUCTS = {"sp": "SPONSORED_PRODUCTS", "sb": "SPONSORED_BRANDS", "sd": "SPONSORED_DISPLAY"}
KINDS = {"campaigns": "campaign", "ad_groups": "ad_group", "ads": "ad", "targets": "target"}


def step(name, fn):
    try:
        print(f"step {name} ok {fn() or ''}", flush=True)
    except Exception as err:  # noqa: BLE001 - whatever goes wrong is the result
        print(f"step {name} failed {type(err).__name__}: {str(err)[:600]}", flush=True)
        sys.exit(1)


def ask(wish):
    print("ask " + wish, flush=True)
    if sys.stdin.readline().strip() != "done":
        raise RuntimeError("the test cannot do: " + wish)


def connect(region, profile=None, **more):
    keys = {"client_id": env["LWA_CLIENT_ID"], "client_secret": env["LWA_CLIENT_SECRET"], "refresh_token": env["LWA_REFRESH_TOKEN"], "max_retries": 2}
    return AdsClient(AmazonAdsConfig(**{**keys, "region": region, "profile_id": profile, **more}))


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def body(product, kind, verb, /, **fields):
    """Makes one of the client's request models."""
    module = import_module(f"ads_api.models.v1.{kind}.{product}")
    return getattr(module, product.upper() + verb + camel(KINDS[kind]) + "Request")(**fields)


def call(api, product, kind, verb, /, **fields):
    resource = getattr(getattr(api.v1, product), kind)
    return getattr(resource, verb.lower() + "_" + KINDS[kind])(body(product, kind, verb, **fields), mode="pydantic")


def wire(kind):
    return {"ad_groups": "adGroups"}.get(kind, kind)


def query(ads):
    told = []
    for product, name in PRODUCTS.items():
        for kind in KINDS:
            answer = call(ads, product, kind, "Query", adProductFilter={"include": [name]}, maxResults=20)
            rows = getattr(answer, wire(kind)) or []
            told.append(f"{len(rows)} {kind} of {product}")
            if not rows:
                raise RuntimeError(f"no {kind} of {name}")
    return ", ".join(told)


def categories(ads):
    told = ads.v0.sb_v4.product_targeting_categories.targeting_get_targetable_categories(supply_source="AMAZON")
    return f"{len(told['categoryTree'])} categories"


def make(ads, product, kind, item, change):
    """Makes a thing and changes it. What it returns deletes it."""
    key = wire(kind)
    one = key[:-1]

    def only(answer):
        if len(answer.success or []) != 1 or answer.error:
            raise RuntimeError(answer.model_dump_json()[:500])
        return getattr(answer.success[0], one)

    made = getattr(only(call(ads, product, kind, "Create", **{key: [item]})), one + "Id")
    only(call(ads, product, kind, "Update", **{key: [{one + "Id": made, **change}]}))
    return made, lambda: only(call(ads, product, kind, "Delete", **{one + "Ids": [made]}))


def budget(currency):
    amount = {"value": 30.5, "currencyCode": currency} if currency else {"value": 30.5}
    return [{"budgetType": "MONETARY", "recurrenceTimePeriod": "DAILY", "budgetValue": {"monetaryBudgetValue": {"monetaryBudget": amount}}}]


def write(ads):
    paused = {"state": "PAUSED"}
    keyword = {"keywordTarget": {"keyword": "brass padlock", "matchType": "EXACT"}}
    asin = {"productTarget": {"matchType": "PRODUCT_EXACT", "productIdType": "ASIN", "product": {"productId": "B000000001"}}}
    for product, name in PRODUCTS.items():
        home = {"adProduct": name, "state": "ENABLED"}
        campaign = {**home, "name": "amazon-ads-api-v1 " + product, "startDateTime": "2099-01-01T12:00:00Z", "marketplaceScope": "SINGLE_MARKETPLACE", "budgets": budget("")}
        campaign.update({"sp": {"autoCreationSettings": {"autoCreateTargets": False}}, "sb": {"costType": "CPC"}, "sd": {"costType": "CPC"}}[product])
        if product == "sd":
            campaign["budgets"][0].pop("recurrenceTimePeriod")
        campaign, end = make(ads, product, "campaigns", campaign, paused)
        group = {**home, "campaignId": campaign, "name": "one"}
        group.update({"sp": {"bid": {"defaultBid": 0.75}}, "sb": {}, "sd": {"bid": {"defaultBid": 0.75}, "marketplaceScope": "SINGLE_MARKETPLACE", "marketplaces": ["US"]}}[product])
        group, end_group = make(ads, product, "ad_groups", group, paused)
        inside = {**home, "adGroupId": group, "negative": False}
        target = {**inside, "targetType": "PRODUCT", "bid": {"bid": 0.9}, "targetDetails": asin} if product == "sd" else {**inside, "targetType": "KEYWORD", "bid": {"bid": 0.9}, "targetDetails": keyword}
        make(ads, product, "targets", target, paused)[1]()
        if product == "sp":
            creative = {"productCreative": {"productCreativeSettings": {"advertisedProduct": {"productIdType": "SKU", "productId": "SKU-1"}}}}
            make(ads, product, "ads", {"adProduct": name, "state": "ENABLED", "adGroupId": group, "adType": "PRODUCT_AD", "creative": creative}, paused)[1]()
        if product == "sd":
            page = {"landingPageType": "OFF_AMAZON_LINK", "landingPageUrl": "https://example.com/locks"}
            for settings in [{"responsiveEcommerceSettings": {"products": [{"productIdType": "SKU", "productId": "SKU-1"}]}}, {"assetBasedCreativeSettings": {"landingPage": page}}]:
                ad = {**home, "adGroupId": group, "name": "locks", "adType": "COMPONENT", "creative": {"componentCreative": settings}}
                make(ads, product, "ads", ad, paused)[1]()
        end_group()
        end()
    return "campaigns, ad groups and targets of three products, ads of two: made, changed, deleted"


def report(ads):
    """A report of the Ads API v1: ordered, waited for, fetched, deleted."""
    account = ads.v0.accounts.advertising_accounts.list_ads_accounts(mode="pydantic").adsAccounts[0].adsAccountId
    period = {"datePeriod": {"startDate": env["LK_FIRST_DAY"], "endDate": env["LK_LAST_DAY"]}}
    ordered = {"format": "GZIP_JSON", "periods": [period], "query": {"fields": ["date.value", "campaign.id", "metric.clicks", "metric.totalCost"]}}

    def only(answer):
        if len(answer.success or []) != 1 or answer.error:
            raise RuntimeError(answer.model_dump_json()[:500])
        return answer.success[0].report

    made = only(ads.v1.reports.create_report(reports.CreateReportRequest(accessRequestedAccounts=[{"advertiserAccountId": account}], reports=[ordered]), mode="pydantic"))
    ask("a minute")
    done = only(ads.v1.reports.retrieve_report(reports.RetrieveReportRequest(reportIds=[made.reportId]), mode="pydantic"))
    if done.status != "COMPLETED":
        raise RuntimeError(done.model_dump_json()[:500])
    rows = json.loads(gzip.decompress(httpx.get(done.completedReportParts[0].url).raise_for_status().content))
    only(ads.v1.reports.delete_report(reports.DeleteReportRequest(reportIds=[made.reportId]), mode="pydantic"))
    if not rows or "campaign.id" not in rows[0]:
        raise RuntimeError(str(rows[:1]))
    return f"{len(rows)} rows"


def test_account():
    """A test account, for a user who has no account."""
    with connect(Region.EU, refresh_token=env["LK_TESTER_TOKEN"]) as ads:
        accounts = ads.v0.accounts.test_accounts
        made = accounts.create_account(test_accounts.CreateAccountRequest(countryCode="DE", accountType="VENDOR", accountMetaData={"vendorCode": "ABCDE"}), mode="pydantic")
        ask("a minute")
        told = accounts.get_account_information(request_id=made.requestId)
        if [one["status"] for one in told] != ["COMPLETED"]:
            raise RuntimeError(str(told))
        profiles = ads.v0.accounts.profiles.list_profiles(mode="pydantic")
        return ", ".join(f"{p.accountInfo.type} in {p.countryCode}" for p in profiles)


def main():
    regions = []
    for region in [Region.NA, Region.EU, Region.FE]:
        with connect(region) as ads:
            regions.append((region, ads.v0.accounts.profiles.list_profiles(mode="pydantic")))
    profile = next(str(p.profileId) for p in regions[0][1] if p.countryCode == "US" and p.accountInfo.type == "seller")
    step("profiles", lambda: ", ".join(f"{len(profiles)} in {region}" for region, profiles in regions))
    with connect(Region.NA, profile) as ads:
        step("query", lambda: query(ads))
        step("categories", lambda: categories(ads))
        step("write", lambda: write(ads))
        step("report", lambda: report(ads))
    step("test account", test_account)

    def refused():
        with connect(Region.NA, profile, client_secret="wrong-EXAMPLE") as ads:
            try:
                ads.v0.accounts.profiles.list_profiles()
            except AmazonAdsError as err:
                return type(err).__name__
        raise RuntimeError("was expected to fail")

    step("wrong secret", refused)


main()
