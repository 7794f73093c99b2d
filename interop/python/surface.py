"""Most of what python-amazon-ad-api can call, each call as its own methods make it: campaigns, ad groups, ads, keywords and targets of all
three products, portfolios, reports, exports, accounts, and the Ads API v1. Only addresses and keys differ."""

import json
import logging
import os
import sys

from ad_api.api import Account, Audiences, CreativeAssets, Eligibility, Exports, Metadata, ManagerAccounts, PortfoliosV3, Profiles, Reports
from ad_api.api import sb, sd, sp, v1

import requests

from talk import ask, client, step

logging.disable(logging.WARNING)  # the client calls its own methods deprecated
mark = "Interop " + os.environ["LK_REFRESH_TOKEN"][-6:]
products, brands, display = "SPONSORED_PRODUCTS", "SPONSORED_BRANDS", "SPONSORED_DISPLAY"


def call(kind, method, *args, body=None, **more):
    """Calls one method of one class; a refusal is an exception of the client's."""
    if body is not None:
        more["body"] = body if isinstance(body, str) else json.dumps(body)
    return getattr(client(kind), method)(*args, **more).payload


def want(condition, what):
    if not condition:
        raise RuntimeError(json.dumps(what)[:300])


def only(answer, key, one):
    """The only success of a multi-status: what it says under one name."""
    outcome = answer[key]
    want(len(outcome["success"]) == 1 and not outcome["error"], answer)
    return outcome["success"][0][one]


def collection(kind, verbs, key, one, filter, item, change):
    """Creates, lists, changes and archives a thing of a collection of Sponsored Products v3 or Brands v4. It stays, if filter is empty."""
    create, edit, listing, delete = verbs
    told = {"negativeKeywordId": "keywordId", "campaignNegativeKeywordId": "keywordId", "campaignNegativeTargetingClauseId": "targetId"}.get(one, one)
    made = only(call(kind, create, body={key: [item]}), key, one)

    def walk():
        listed = call(kind, listing, body={filter: {"include": [made]}} if filter else {})
        want(len(listed[key]) >= 1 and {"totalResults", "totalCount"} & set(listed), listed)
        only(call(kind, edit, body={key: [{told: made, **change}]}), key, one)
        if delete:
            only(call(kind, delete, body={filter: {"include": [made]}}), key, one)

    return made, walk


def sponsored_products():
    verbs = "create_campaigns", "edit_campaigns", "list_campaigns", "delete_campaigns"
    campaign, end_campaign = collection(sp.CampaignsV3, verbs, "campaigns", "campaignId", "campaignIdFilter", {
        "name": mark + " products", "state": "ENABLED", "targetingType": "MANUAL", "budget": {"budget": 12.5, "budgetType": "DAILY"}, "startDate": "2099-01-01",
    }, {"state": "PAUSED"})
    home = {"campaignId": campaign, "state": "ENABLED"}
    verbs = "create_ad_groups", "edit_ad_groups", "list_ad_groups", "delete_ad_groups"
    group, end_group = collection(sp.AdGroupsV3, verbs, "adGroups", "adGroupId", "adGroupIdFilter", {**home, "name": "one", "defaultBid": 0.5}, {"defaultBid": 0.75})
    inside = {**home, "adGroupId": group}
    exact, asin = {"keywordText": "brass padlock", "matchType": "EXACT"}, {"expression": [{"type": "ASIN_SAME_AS", "value": "B000000001"}]}
    negative, paused = {"keywordText": "cheap", "matchType": "NEGATIVE_EXACT"}, {"state": "PAUSED"}
    for kind, verbs, key, one, filter, item, change in [
        (sp.ProductAdsV3, "product_ads", "productAds", "adId", "adIdFilter", {**inside, "sku": "SKU-1"}, paused),
        (sp.KeywordsV3, ("create_keyword", "edit_keyword", "list_keywords", "delete_keywords"), "keywords", "keywordId", "keywordIdFilter", {**inside, **exact, "bid": 0.6}, {"bid": 0.7}),
        (sp.TargetsV3, "product_targets", "targetingClauses", "targetId", "targetIdFilter", {**inside, **asin, "expressionType": "MANUAL", "bid": 0.6}, {"bid": 0.7}),
        (sp.NegativeKeywordsV3, ("create_negative_keyword", "edit_negative_keyword", "list_negative_keywords", "delete_negative_keywords"), "negativeKeywords", "negativeKeywordId", "negativeKeywordIdFilter", {**inside, **negative}, paused),
        (sp.NegativeTargetsV3, "negative_product_targets", "negativeTargetingClauses", "targetId", "negativeTargetIdFilter", {**inside, **asin}, paused),
        (sp.CampaignNegativeKeywordsV3, ("create_campaign_negative_keywords", "edit_campaign_negative_keywords", "list_campaign_negative_keywords", "delete_campaign_negative_keyword"), "campaignNegativeKeywords", "campaignNegativeKeywordId", "campaignNegativeKeywordIdFilter", {**home, **negative}, paused),
        (sp.CampaignNegativeTargets, ("create_campaign_negative_targets", "edit_negative_product_targets", "list_campaign_negative_targets", "delete_campaign_negative_targets"), "campaignNegativeTargetingClauses", "campaignNegativeTargetingClauseId", "campaignNegativeTargetIdFilter", {**home, **asin}, paused),
    ]:
        if isinstance(verbs, str):
            verbs = ["create_" + verbs, "edit_" + verbs, "list_" + verbs, "delete_" + verbs]
        collection(kind, verbs, key, one, filter, item, change)[1]()
    end_group()
    end_campaign()
    return "nine collections: made, listed, changed, archived"


def portfolios():
    made, walk = collection(PortfoliosV3, ("create_portfolios", "edit_portfolios", "list_portfolios", ""), "portfolios", "portfolioId", "", {"name": mark, "state": "ENABLED"}, {"name": mark + " 2"})
    walk()
    usage = call(PortfoliosV3, "get_budget_usage_for_portfolios", body={"portfolioIds": [made]})
    return f"made and changed; usage of {len(usage.get('success', []))}"


def sponsored_brands():
    start = {"budget": 50, "budgetType": "DAILY", "startDate": "2099-01-01"}
    verbs = "create_campaigns", "edit_campaigns", "list_campaigns", "delete_campaigns"
    campaign, end_campaign = collection(sb.CampaignsV4, verbs, "campaigns", "campaignId", "campaignIdFilter", {"name": mark + " brands", "state": "ENABLED", **start}, {"state": "PAUSED"})
    verbs = "create_ad_groups", "edit_ad_groups", "list_ad_groups", "delete_ad_groups"
    group, end_group = collection(sb.AdGroupsV4, verbs, "adGroups", "adGroupId", "adGroupIdFilter", {"campaignId": campaign, "name": "one", "state": "ENABLED"}, {"state": "PAUSED"})
    creative = {"asins": ["B000000001"], "videoAssetIds": ["a"]}
    verbs = "create_video_ads", "update_ads", "list_ads", "delete_ads"
    collection(sb.AdsV4, verbs, "ads", "adId", "adIdFilter", {"adGroupId": group, "name": "ad", "state": "ENABLED", "creative": creative}, {"state": "PAUSED"})[1]()
    for form in ["brand_video", "product_collection", "product_collection_extended", "store_spotlight"]:
        ad = {"adGroupId": group, "name": form, "state": "ENABLED", "creative": {**creative, "brandName": "Example", "brandLogoAssetID": "b", "headline": "Locks"}, "landingPage": {"url": "https://www.amazon.com/stores/page/EXAMPLE"}}
        made = only(call(sb.AdsV4, f"create_{form}_ads", body={"ads": [ad]}), "ads", "adId")
        renew = {"brand_video": "create_video_ad_creative"}.get(form, f"create_new_version_{form}_ad_creative")
        fresh = {**creative, "brandName": "Example", "brandLogoAssetId": "b", "headline": "Better locks", "customImages": [{"assetId": "i"}], "landingPage": {"type": "STORE", "url": "https://www.amazon.com/stores/page/EXAMPLE"}}
        if form == "store_spotlight":
            card = {"asin": "B000000001", "pageTitle": "c", "url": "https://www.amazon.com/stores/page/EXAMPLE"}
            fresh = {"brandName": "Example", "brandLogoAssetId": "b", "headline": "Better locks", "landingPage": fresh["landingPage"], "subpages": [card] * 3}
        want(call(sb.AdCreativesV4, renew, body={"adId": made, "creative": fresh})["creativeVersion"] == "2", form)
    ad = call(sb.AdsV4, "create_video_ads", body={"ads": [{"adGroupId": group, "name": "film", "state": "ENABLED", "creative": creative}]})["ads"]["success"][0]["adId"]
    made = call(sb.AdCreativesV4, "create_new_version_video_ad_creative", body={"adId": ad, "creative": {"videoAssetIds": ["c"]}})
    want(made["creativeVersion"] == "2", made)
    listed = call(sb.AdCreativesV4, "list_ad_creatives", body={"adId": ad})
    want([c["creativeVersion"] for c in listed["creatives"]] == ["1", "2"], listed)
    home = {"campaignId": int(campaign), "adGroupId": int(group)}
    for kind, name, item in [
        (sb.Keywords, ("create_keywords", "edit_keywords", "list_keywords", "get_keyword", "delete_keyword"), {**home, "keywordText": "brass lock", "matchType": "exact", "bid": 0.8}),
        (sb.NegativeKeywords, ("create_negative_keywords", "edit_negative_keywords", "list_negative_keywords", "get_negative_keyword", "delete_negative_keyword"), {**home, "keywordText": "cheap", "matchType": "negativeExact"}),
    ]:
        array(kind, name, "keywordId", item)[1]()
    expression = {"expressions": [{"type": "asinSameAs", "value": "B000000001"}]}
    for kind, verbs, listing, item in [
        (sb.Targets, "products_target", "list_products_targets", {**home, **expression, "bid": 0.5}),
        (sb.NegativeTargets, "negative_target", "list_negative_targets", {**home, **expression}),
    ]:
        listed = call(kind, listing, body={"maxResults": 5})
        want("targets" in listed or "negativeTargets" in listed, listed)
        key = "targets" if kind is sb.Targets else "negativeTargets"
        made = call(kind, f"create_{verbs}s", body={key: [item]})
        made = next(rows[0]["targetId"] for name, rows in made.items() if "Success" in name)
        call(kind, f"edit_{verbs}s", body={key: [{"targetId": made, "state": "paused"}]})
        call(kind, f"get_{verbs}", made)
        call(kind, f"delete_{verbs}", made)
    theme = {"adGroupId": group, "campaignId": campaign}
    made = call(sb.Themes, "create_themes", body={"themes": [{**theme, "themeType": "KEYWORDS_RELATED_TO_YOUR_BRAND", "bid": 0.9}]})
    want(len(made["success"]) == 1 and not made["error"], made)
    theme["themeId"] = made["success"][0]["themeId"]
    made = call(sb.Themes, "update_themes", body={"themes": [{**theme, "state": "paused", "bid": 1.1}]})
    want(len(made["success"]) == 1, made)
    listed = call(sb.Themes, "list_themes", body={"adGroupIdFilter": {"include": [group]}, "maxResults": 5})
    want([t["bid"] for t in listed["themes"]] == [1.1], listed)
    end_group()
    end_campaign()
    return "campaigns, ad groups, ads, themes, keywords and targets of both kinds"


def array(kind, verbs, one, item, changes=True):
    """Walks a collection of the older style: arrays, numbers for ids, states in lower case."""
    create, edit, listing, get, delete = verbs
    made = call(kind, create, body=json.dumps([{**item, "state": "enabled"}]))[0]
    want(made["code"] == "SUCCESS", made)
    if changes:
        want(call(kind, edit, body=json.dumps([{one: made[one], "state": "paused"}]))[0]["code"] == "SUCCESS", made)
    want(len(call(kind, listing)) >= 1, made)
    want(call(kind, get, made[one])[one] == made[one], made)
    return made[one], lambda: call(kind, delete, made[one])


def sponsored_display():
    verbs = "create_campaigns", "edit_campaigns", "list_campaigns", "get_campaign", "delete_campaign"
    campaign, end_campaign = array(sd.Campaigns, verbs, "campaignId", {"name": mark + " display", "tactic": "T00020", "budget": 20, "startDate": "20990101"})
    verbs = "create_ad_groups", "edit_ad_groups", "list_ad_groups", "get_ad_group", "delete_ad_group"
    group, end_group = array(sd.AdGroups, verbs, "adGroupId", {"name": "one", "campaignId": campaign, "defaultBid": 0.5})
    verbs = "create_product_ads", "edit_product_ads", "list_product_ads", "get_product_ad", "delete_product_ad"
    array(sd.ProductAds, verbs, "adId", {"campaignId": campaign, "adGroupId": group, "sku": "SKU-1"})[1]()
    manual = {"adGroupId": group, "expressionType": "manual"}
    verbs = "create_products_targets", "edit_products_targets", "list_products_targets", "get_products_target", "delete_products_target"
    array(sd.Targets, verbs, "targetId", {**manual, "expression": [{"type": "asinSameAs", "value": "B000000001"}], "bid": 0.5})[1]()
    verbs = "create_negative_targets", "edit_negative_targets", "list_negative_targets", "get_negative_target", "delete_negative_targets"
    array(sd.NegativeTargets, verbs, "targetId", {**manual, "expression": [{"type": "asinSameAs", "value": "B000000002"}]})[1]()
    for kind, many, one, made in [(sd.Campaigns, "list_campaigns_extended", "get_campaign_extended", campaign), (sd.AdGroups, "list_ad_groups_extended", "get_ad_group_extended", group)]:
        want("servingStatus" in call(kind, one, made) and len(call(kind, many)) >= 1, kind.__name__)
    for kind, many, one, id in [
        (sd.ProductAds, "list_product_ads_extended", "get_product_ad_extended", "adId"),
        (sd.Targets, "list_products_targets_extended", "get_products_target_extended", "targetId"),
        (sd.NegativeTargets, "list_negative_targets_extended", "get_negative_target_extended", "targetId"),
    ]:
        listed = call(kind, many)
        want("servingStatus" in call(kind, one, listed[0][id]), one)
    end_group()
    end_campaign()
    return "five collections: made, listed, got, changed, archived"


def reports():
    ordered = {
        "name": mark, "startDate": os.environ["LK_FIRST_DAY"], "endDate": os.environ["LK_LAST_DAY"],
        "configuration": {"adProduct": products, "groupBy": ["campaign"], "columns": ["campaignId", "clicks", "cost", "date"], "reportTypeId": "spCampaigns", "timeUnit": "DAILY", "format": "GZIP_JSON"},
    }
    made = call(Reports, "post_report", body=ordered)
    other = call(Reports, "post_report", body={**ordered, "name": mark + " 2", "endDate": ordered["startDate"]})
    want(made["status"] == "PENDING", made)
    call(Reports, "delete_report", other["reportId"])
    ask("a minute")
    made = call(Reports, "get_report", made["reportId"])
    want(made["status"] == "COMPLETED" and made["url"], made)
    rows = client(Reports).download_report(url=made["url"], format="data").payload
    want(len(rows) > 0 and all(row["cost"] >= 0 for row in rows), rows[:1])
    return f"{len(rows)} rows"


def exports():
    total = 0
    for method, kind in [("campaigns_export", "campaigns"), ("adgroups_export", "adGroups"), ("ads_export", "ads"), ("targets_export", "targets")]:
        made = call(Exports, method, body={"adProductFilter": [products]})
        ask("a minute")
        made = call(Exports, "get_export", made["exportId"], kind)
        want(made["status"] == "COMPLETED", made)
        total += len(client(Reports).download_report(url=made["url"], format="data").payload)
    return f"{total} rows"


def accounts():
    profile = call(Profiles, "list_profiles")[0]
    want(call(Profiles, "get_profile", profile["profileId"])["profileId"] == profile["profileId"], profile)
    call(Profiles, "update_profile", body=json.dumps([{"profileId": profile["profileId"], "dailyBudget": 1000}]))
    listed = call(Account, "list_accounts", body={"maxResults": 10})
    want(len(listed["adsAccounts"]) >= 1, listed)
    call(Account, "get_account", listed["adsAccounts"][0]["adsAccountId"])
    want("managerAccounts" in call(ManagerAccounts, "list_manager_accounts"), "no manager accounts")
    made = call(ManagerAccounts, "create_manager_account", body={"managerAccountName": mark, "managerAccountType": "Agency"})["managerAccountId"]
    linked = {"accounts": [{"id": profile["accountInfo"]["id"], "type": "ACCOUNT_ID", "roles": ["SELLER_USER"]}]}
    call(ManagerAccounts, "associate_manager_accounts", made, body=linked)
    call(ManagerAccounts, "disassociate_manager_accounts", made, body=linked)
    return f"{len(listed['adsAccounts'])} ads accounts, a manager account made"


def unified():
    """The Ads API v1 over all three products."""
    filter, budget = lambda product: {"adProductFilter": {"include": [product]}}, {"budgetType": "MONETARY", "recurrenceTimePeriod": "DAILY", "budgetValue": {"monetaryBudgetValue": {"monetaryBudget": {"currencyCode": "USD", "value": 25.5}}}}
    counts = []
    for product in [products, brands, display]:
        for kind, method, key in [(v1.Campaigns, "query_campaigns", "campaigns"), (v1.AdGroups, "query_ad_groups", "adGroups"), (v1.Ads, "query_ads", "ads"), (v1.Targets, "query_targets", "targets")]:
            counts.append(len(call(kind, method, body={**filter(product), "maxResults": 50})[key]))

    def make(kind, noun, item, change):
        plural = noun + "s"
        key = {"ad_groups": "adGroups"}.get(plural, plural)
        one, id = key[:-1], key[:-1] + "Id"
        answer = call(kind, "create_" + plural, body={key: [item]})
        want(len(answer.get("success", [])) == 1 and not answer.get("error"), answer)
        made = answer["success"][0][one][id]
        answer = call(kind, "update_" + plural, body={key: [{id: made, **change}]})
        want(len(answer.get("success", [])) == 1, answer)

        def end():
            answer = call(kind, "delete_" + plural, body={id + "s": [made]})
            want(len(answer.get("success", [])) == 1, answer)

        return made, end

    paused, home = {"state": "PAUSED"}, {"adProduct": products, "state": "ENABLED"}
    campaign, end_campaign = make(v1.Campaigns, "campaign", {**home, "name": mark + " v1", "startDateTime": "2099-01-01T12:00:00Z", "marketplaceScope": "SINGLE_MARKETPLACE", "autoCreationSettings": {"autoCreateTargets": False}, "budgets": [budget]}, paused)
    group, end_group = make(v1.AdGroups, "ad_group", {**home, "campaignId": campaign, "name": "one", "bid": {"defaultBid": 0.75}}, paused)
    inside = {**home, "adGroupId": group}
    product = {"productCreative": {"productCreativeSettings": {"advertisedProduct": {"productIdType": "SKU", "productId": "SKU-1"}}}}
    make(v1.Ads, "ad", {**inside, "adType": "PRODUCT_AD", "creative": product}, paused)[1]()
    keyword = {"keywordTarget": {"keyword": "brass padlock", "matchType": "PHRASE"}}
    make(v1.Targets, "target", {**inside, "negative": False, "targetType": "KEYWORD", "bid": {"bid": 0.9}, "targetDetails": keyword}, {"bid": {"bid": 1.1}})[1]()
    end_group()
    end_campaign()
    return f"{sum(counts)} things of three products, four kinds made, changed, deleted"


def catalogues():
    """What can be advertised and targeted, and what creatives are made of."""
    products = call(Metadata, "get_products_metadata", body={"asins": ["B000000001"], "pageIndex": 0, "pageSize": 5})["ProductMetadataList"]
    want(len(products) == 1, products)
    told = call(Eligibility, "get_eligibility", body={"adType": "sp", "productDetailsList": [{"asin": "B000000001"}]})
    want(told, told)
    want(call(Audiences, "list_audiences", body={"adType": "SD"})["audiences"], "no audiences")
    want(len(call(sd.Creatives, "list_creatives")) >= 1, "no creatives")
    want(call(sp.TargetsV3, "list_targets_categories"), "no categories of products")
    found = call(CreativeAssets, "search_assets", body={"filterCriteria": {"valueFilters": [{"valueField": "ASSET_TYPE", "values": ["IMAGE"]}]}, "pageCriteria": {"size": 2}})
    want(len(found["assetList"]) == 2 and found["token"], found)
    one = call(CreativeAssets, "get_asset", assetId=found["assetList"][0]["assetId"])
    want(one["assetGlobal"]["assetType"] == "IMAGE", one)
    place = call(CreativeAssets, "upload_asset", body={"fileName": "logo.png"})["url"]
    want("X-Amz-Signature" in place, place)
    requests.put(place, data=b"\x89PNG\r\n\x1a\n logo", headers={"Content-Type": "image/png"}).raise_for_status()  # the client leaves this to its user, and is made on requests
    made = call(CreativeAssets, "register_asset", body={"url": place, "name": mark + " logo", "assetType": "IMAGE", "assetSubTypeList": ["LOGO"], "associatedSubEntityList": [{"brandEntityId": "ENTITYEXAMPLE1"}]})
    want(made["assetId"], made)
    place = call(CreativeAssets, "upload_asset", body={"fileName": "logo.png"})["url"]
    batch = call(CreativeAssets, "batch_register_assets", body={"assetDetailsList": [{"url": place, "name": "logo", "assetType": "IMAGE", "assetSubTypeList": ["LOGO"]}]})
    told = call(CreativeAssets, "get_batch_register_status", batch["requestId"])
    want(told["registrationStatus"] == "FAILED" and len(told["failedAssetDetails"]) == 1, told)  # nothing was put there
    return f"{found['totalRecords']} pictures"


step("sponsored products", sponsored_products)
step("portfolios", portfolios)
step("sponsored brands", sponsored_brands)
step("sponsored display", sponsored_display)
step("reports", reports)
step("exports", exports)
step("accounts", accounts)
step("catalogues", catalogues)
step("ads API v1", unified)
