// Drives npm amazon-creators-api, which is Amazon's own Node SDK repacked, through all eight operations.
"use strict";
const sdk = require("amazon-creators-api");

const env = process.env;
const client = new sdk.ApiClient(env.LK_API_URL);
client.setAuthEndpoint(env.LK_TOKEN_URL);
client.credentialId = env.LK_CREDENTIAL_ID;
client.credentialSecret = env.LK_CREDENTIAL_SECRET;
client.version = env.LK_VERSION;
const api = new sdk.TypedDefaultApi(client);
const site = env.LK_SITE;

function step(name, ok, detail) {
  console.log(`step ${name} ${ok ? "passed" : "failed"} ${detail}`);
}

async function refused(name, want, call) {
  try {
    await call();
    step(name, false, "was not refused");
  } catch (error) {
    const text = JSON.stringify(error.body || error.response || error.message || error) + (error.response ? error.response.text || "" : "");
    step(name, error.status === want.status && text.includes(want.reason), `${error.status} ${text.slice(0, 120)}`);
  }
}

async function main() {
  const search = new sdk.SearchItemsRequestContent();
  search.partnerTag = env.LK_TAG;
  search.keywords = "lock";
  search.resources = ["itemInfo.title", "offersV2.listings.price", "parentASIN"].map((r) => sdk.SearchItemsResource.constructFromObject(r));
  const found = await api.searchItems(site, search);
  const asin = found.searchResult.items[0].asin;
  step("search", found.searchResult.totalResultCount > 0, `${found.searchResult.totalResultCount} found, ${asin}`);

  const get = new sdk.GetItemsRequestContent(env.LK_TAG, [asin, "B0NOSUCH00"]);
  get.resources = [
    "itemInfo.title", "images.primary.medium", "offersV2.listings.price", "offersV2.listings.availability", "browseNodeInfo.browseNodes",
  ].map((r) => sdk.GetItemsResource.constructFromObject(r));
  const items = await api.getItems(site, get);
  const item = items.itemsResult.items[0];
  step("items", item.asin === asin && item.offersV2.listings[0].price.money.amount > 0 && items.errors.length === 1, item.itemInfo.title.displayValue);

  const node = item.browseNodeInfo.browseNodes[0].id;
  const nodes = await api.getBrowseNodes(site, new sdk.GetBrowseNodesRequestContent(env.LK_TAG, [node]));
  step("nodes", nodes.browseNodesResult.browseNodes[0].id === node, nodes.browseNodesResult.browseNodes[0].displayName);

  const family = await api.getVariations(site, new sdk.GetVariationsRequestContent(env.LK_TAG, env.LK_FAMILY));
  step("variations", family.variationsResult.items.length > 0, `${family.variationsResult.variationSummary.variationCount} of them`);

  const feeds = await api.listFeeds(site);
  const feed = await api.getFeed(site, new sdk.GetFeedRequestContent(feeds.feeds[0].feedName));
  step("feeds", /^https:/.test(feed.url), feeds.feeds[0].feedName);
  const reports = await api.listReports(site);
  const report = await api.getReport(site, new sdk.GetReportRequestContent(reports.reports[0].filename));
  step("reports", /^https:/.test(report.url), reports.reports[0].filename);

  await refused("wrong tag", { status: 400, reason: "InvalidPartnerTag" }, () => api.getItems(site, new sdk.GetItemsRequestContent("nobody-20", [asin])));
  await refused("nothing found", { status: 404, reason: "ResourceNotFoundException" }, () => api.getItems(site, new sdk.GetItemsRequestContent(env.LK_TAG, ["B0NOSUCH00"])));
}

main().catch((error) => {
  console.log("step all failed " + String(error && error.stack ? error.stack : JSON.stringify(error)).replace(/\n/g, " ").slice(0, 400));
  process.exitCode = 1;
});
