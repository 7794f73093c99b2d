// Clients of the Product Advertising API 5, each driven through what it offers: search, items with one that does not exist, variations, browse
// nodes, and a wrong secret. Usage: node paapi.js <package>; where to and with which keys comes by the environment.
'use strict'
const { step: report, fails, env, end } = require('./talk')

// step gives a client ten seconds: some never answer where a refusal confuses them.
const step = (name, fn) => report(name, () => Promise.race([
  fn(), new Promise((resolve, reject) => setTimeout(() => reject(new Error('no answer in ten seconds')), 10000).unref())]))

const host = env.PA_HOST
const region = 'us-east-1'
const common = { PartnerTag: env.PAAPI_PARTNER_TAG, PartnerType: 'Associates', Marketplace: 'www.amazon.com' }
const resources = ['ItemInfo.Title', 'OffersV2.Listings.Price', 'BrowseNodeInfo.BrowseNodes', 'ParentASIN', 'Images.Primary.Large']
const wanted = { search: resources, items: resources, variations: ['ItemInfo.Title', 'VariationSummary.VariationDimension'], nodes: ['BrowseNodes.Ancestor'] }

// Amazon's own SDK, and its copies: one client for the process; the older with callbacks, the newer with promises.
function official (sdk) {
  const client = sdk.ApiClient.instance
  Object.assign(client, { host, region, accessKey: env.PAAPI_ACCESS_KEY })
  const call = (name, members, secret) => new Promise((resolve, reject) => {
    client.secretKey = secret
    const Request = sdk[name[0].toUpperCase() + name.slice(1) + 'Request']
    const api = new sdk.DefaultApi()
    const plain = data => JSON.parse(JSON.stringify(data))
    const request = Object.assign(new Request(), common, members)
    const promise = api[name](request, (error, data) => error ? reject(error) : resolve(plain(data)))
    // The older one returns superagent's request, which sends itself once more where somebody calls its then.
    if (promise instanceof Promise) promise.then(data => resolve(plain(data)), reject)
  })
  return {
    search: (m, s) => call('searchItems', m, s), items: (m, s) => call('getItems', m, s),
    variations: (m, s) => call('getVariations', m, s), nodes: (m, s) => call('getBrowseNodes', m, s)
  }
}

const clients = {
  'paapi5-nodejs-sdk': async () => official(require('paapi5-nodejs-sdk')),
  'amazon-pa-api5-node-ts': async () => official(await import('amazon-pa-api5-node-ts')),
  'amazon-paapi': async () => {
    const marketplace = require('amazon-paapi/marketplace.json').Marketplace.find(m => m.Web === common.Marketplace)
    marketplace.Host = host
    const paapi = require('amazon-paapi')
    const call = name => (members, secret) => paapi[name]({ AccessKey: env.PAAPI_ACCESS_KEY, SecretKey: secret, ...common }, members)
    return { search: call('SearchItems'), items: call('GetItems'), variations: call('GetVariations'), nodes: call('GetBrowseNodes') }
  },
  'paapi5-typescript-sdk': async () => {
    const sdk = require('paapi5-typescript-sdk')
    const call = name => (members, secret) =>
      new sdk[name]({ Marketplace: common.Marketplace, ...members }, common.PartnerTag, common.PartnerType, env.PAAPI_ACCESS_KEY, secret, host, region).send()
    return { search: call('SearchItemsRequest'), items: call('GetItemsRequest'), variations: call('GetVariationsRequest'), nodes: call('GetBrowseNodesRequest') }
  },
  'amazon-pa-api50': async () => {
    const { Api, Config } = { Api: require('amazon-pa-api50'), Config: require('amazon-pa-api50/lib/config') }
    const make = secret => {
      const config = new Config(resources)
      Object.assign(config, { accessKey: env.PAAPI_ACCESS_KEY, secretKey: secret, partnerTag: common.PartnerTag })
      config.host = host
      return new Api(config)
    }
    const data = answer => answer.data
    return { // it knows items, search, variations and nodes by other names, and hides the reason of a refusal
      search: (m, s) => make(s).search(m.Keywords, { parameters: wanted.search }).then(data),
      items: (m, s) => make(s).getItemById(m.ItemIds, { parameters: wanted.items }).then(data),
      variations: (m, s) => make(s).getVariations(m.ASIN, { parameters: wanted.variations }).then(data),
      nodes: (m, s) => make(s).getBrowseNodes(m.BrowseNodeIds, { parameters: wanted.nodes }).then(data)
    }
  }
}

function need (what, ok) {
  if (!ok) throw new Error(`the answer has no ${what}`)
}

async function main () {
  const name = process.argv[2]
  const client = await clients[name]()
  const secret = env.PAAPI_SECRET_KEY
  let item
  await step('search', async () => {
    const answer = await client.search({ Keywords: 'Black', Resources: wanted.search }, secret)
    item = answer.SearchResult.Items.find(i => i.ParentASIN)
    need('product with variations', item)
    need('price', item.OffersV2 === undefined || item.OffersV2.Listings[0].Price.Money.Amount > 0)
    need('tagged link', item.DetailPageURL.includes('tag=' + common.PartnerTag))
    return `${answer.SearchResult.TotalResultCount} found`
  })
  await step('items', async () => {
    const answer = await client.items({ ItemIds: [item.ASIN, 'B0BADBADBA'], Resources: wanted.items }, secret)
    need('title', answer.ItemsResult.Items[0].ItemInfo.Title.DisplayValue === item.ItemInfo.Title.DisplayValue)
    need('named error', answer.Errors[0].Code === 'InvalidParameterValue')
    need('omission', !JSON.stringify(answer).includes('null'))
    return answer.ItemsResult.Items[0].ItemInfo.Title.DisplayValue
  })
  await step('variations', async () => {
    const answer = await client.variations({ ASIN: item.ParentASIN, Resources: wanted.variations }, secret)
    need('dimension', answer.VariationsResult.VariationSummary.VariationDimensions.length > 0)
    return `${answer.VariationsResult.Items.length} variations`
  })
  await step('nodes', async () => {
    const answer = await client.nodes({ BrowseNodeIds: [item.BrowseNodeInfo.BrowseNodes[0].Id], Resources: wanted.nodes }, secret)
    need('ancestor', answer.BrowseNodesResult.BrowseNodes[0].Ancestor.DisplayName)
    return answer.BrowseNodesResult.BrowseNodes[0].DisplayName
  })
  await step('wrong secret', () => fails(
    () => client.items({ ItemIds: [item.ASIN], Resources: wanted.items }, 'sbx-a-wrong-secret-EXAMPLE'),
    error => name === 'amazon-pa-api50' || error.status === 401 || error.statusCode === 401 || error.response?.status === 401))
  end()
}

main().catch(error => { console.log('step client failed ' + error.stack); process.exit(1) })
