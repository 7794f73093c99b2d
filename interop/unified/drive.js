// @unified-api/typescript-sdk as its README uses it, written for Unified.to: only the server's address and the key differ.
'use strict'
const { UnifiedTo } = require('@unified-api/typescript-sdk')
const { ask: talk, step, fails, env, end } = require('../node/talk')

const sdk = new UnifiedTo({ serverURL: env.LK_GATEWAY + '/lk/v1', security: { jwt: env.LK_PASS } })
const connectionId = 'shop'
const want = (is, what) => {
  if (!is) throw new Error(what)
}

async function reads() {
  let campaign
  await step('organizations', async () => {
    const all = await sdk.ads.listAdsOrganizations({ connectionId, limit: 100 })
    want(all.some((o) => o.id === env.LK_PROFILE_ID && o.currency === 'USD' && o.timezone), JSON.stringify(all[0]))
    const one = await sdk.ads.getAdsOrganization({ connectionId, id: env.LK_PROFILE_ID })
    want(one.id === env.LK_PROFILE_ID, one.id)
    return `${all.length} of them`
  })
  await step('campaigns', async () => {
    const all = await sdk.ads.listAdsCampaigns({ connectionId, orgId: env.LK_PROFILE_ID, limit: 1000, sort: 'name', order: 'asc' })
    want(all.length > 2 && all.every((c) => c.id && c.organizationId === env.LK_PROFILE_ID && c.createdAt instanceof Date), JSON.stringify(all[0]))
    want(all.every((c, i) => i === 0 || Buffer.compare(Buffer.from(all[i - 1].name), Buffer.from(c.name)) <= 0), 'they are not sorted')
    campaign = all.find((c) => c.budgetAmount > 0 && c.advertisingChannelType === 'SHOPPING' && c.status === 'ACTIVE')
    const second = await sdk.ads.listAdsCampaigns({ connectionId, orgId: env.LK_PROFILE_ID, limit: 1, offset: 1, sort: 'name' })
    want(second.length === 1 && second[0].id === all[1].id, 'another page')
    const found = await sdk.ads.listAdsCampaigns({ connectionId, query: campaign.name, status: 'ACTIVE', fields: ['id', 'name', 'raw'] })
    want(found.some((c) => c.id === campaign.id && c.raw && c.budgetAmount === undefined), JSON.stringify(found))
    return `${all.length} of them`
  })
  await step('a campaign', async () => {
    const one = await sdk.ads.getAdsCampaign({ connectionId, id: campaign.id })
    want(one.name === campaign.name && one.budgetAmount === campaign.budgetAmount && one.currency === 'USD', JSON.stringify(one))
  })
  for (const [kind, list, get] of [['groups', 'listAdsGroups', 'getAdsGroup'], ['ads', 'listAdsAds', 'getAdsAd'], ['targets', 'listAdsTargets', 'getAdsTarget']]) {
    await step(kind, async () => {
      const all = await sdk.ads[list]({ connectionId, orgId: env.LK_PROFILE_ID, limit: 20 })
      want(all.length > 0 && all[0].id, JSON.stringify(all))
      const one = await sdk.ads[get]({ connectionId, id: all[0].id })
      want(one.id === all[0].id, JSON.stringify(one))
    })
  }
  await step('assets', async () => {
    const all = await sdk.ads.listAdsAssets({ connectionId, orgId: env.LK_PROFILE_ID, limit: 50 })
    want(all.length > 2 && all.every((a) => a.id && a.url && a.width > 0 && a.fileSize > 0 && a.organizationId === env.LK_PROFILE_ID), JSON.stringify(all[0]))
    const films = await sdk.ads.listAdsAssets({ connectionId, orgId: env.LK_PROFILE_ID, type: 'VIDEO' })
    want(films.length > 0 && films.length < all.length && films.every((a) => a.type === 'VIDEO' && a.mimeType === 'video/mp4'), JSON.stringify(films))
    const one = await sdk.ads.getAdsAsset({ connectionId, id: films[0].id })
    want(one.id === films[0].id && one.name === films[0].name, JSON.stringify(one))
    return `${all.length} of them`
  })
  await step('groups of a campaign', async () => {
    const all = await sdk.ads.listAdsGroups({ connectionId, campaignId: campaign.id })
    want(all.every((g) => g.campaignId === campaign.id && g.bidAmount > 0), JSON.stringify(all))
  })
  await step('insertion orders: none at Amazon', async () => want((await sdk.ads.listAdsInsertionorders({ connectionId })).length === 0, 'there are some'))
  await step('what Unified has no parameter for', async () => {
    const all = await sdk.ads.listAdsCampaigns({ connectionId, raw: 'channel=SPONSORED_PRODUCTS', limit: 50 })
    want(all.length > 0 && all.every((c) => c.advertisingChannelType === 'SHOPPING'), JSON.stringify(all))
  })
}

// A picture of one pixel.
const picture = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=='

async function writes() {
  let made
  await step('an asset from its file', async () => {
    const raw = new URLSearchParams({ sub_types: '["LOGO"]', ext: '{"brandEntityId":"ENTITY1EXAMPLE"}' }).toString()
    const asset = await sdk.ads.createAdsAsset({
      connectionId, raw, adsAsset: { name: 'by Unified', organizationId: env.LK_PROFILE_ID, type: 'IMAGE', content: picture, mimeType: 'image/png' },
    })
    const one = await sdk.ads.getAdsAsset({ connectionId, id: asset.id })
    want(one.name === 'by Unified' && one.width === 1 && one.mimeType === 'image/png', JSON.stringify(one))
  })
  await step('create', async () => {
    made = await sdk.ads.createAdsCampaign({
      connectionId,
      adsCampaign: {
        name: 'by Unified', organizationId: env.LK_PROFILE_ID, advertisingChannelType: 'SHOPPING', status: 'PAUSED', budgetAmount: 12.34, budgetPeriod: 'DAILY',
        currency: 'USD', startAt: new Date(env.LK_START),
      },
    })
    want(made.id && made.name === 'by Unified' && made.budgetAmount === 12.34, JSON.stringify(made))
  })
  await step('create with what Unified has no field for', async () => {
    const auto = await sdk.ads.createAdsCampaign({
      connectionId,
      raw: 'autoCreationSettings.autoCreateTargets=true',
      adsCampaign: { name: 'by Unified, automatic', organizationId: env.LK_PROFILE_ID, advertisingChannelType: 'SHOPPING', status: 'PAUSED', budgetAmount: 5, budgetPeriod: 'DAILY' },
    })
    const one = await sdk.ads.getAdsCampaign({ connectionId, id: auto.id, fields: ['raw'] })
    want(one.raw.autoCreationSettings.autoCreateTargets === true, JSON.stringify(one))
    await fails(() => sdk.ads.patchAdsCampaign({ connectionId, id: auto.id, raw: 'dailyBudgett=9', adsCampaign: { status: 'PAUSED' } }), (err) => /field_unknown/.test(err.body))
    await sdk.ads.removeAdsCampaign({ connectionId, id: auto.id })
  })
  await step('update', async () => {
    const one = await sdk.ads.getAdsCampaign({ connectionId, id: made.id })
    const changed = await sdk.ads.updateAdsCampaign({ connectionId, id: made.id, adsCampaign: { ...one, name: 'renamed', budgetAmount: 15 } })
    want(changed.name === 'renamed' && changed.budgetAmount === 15, JSON.stringify(changed))
  })
  await step('patch', async () => {
    const changed = await sdk.ads.patchAdsCampaign({ connectionId, id: made.id, adsCampaign: { status: 'ACTIVE' } })
    want(changed.status === 'ACTIVE' && changed.name === 'renamed', JSON.stringify(changed))
  })
  await step('a budget that grows too much', () =>
    fails(() => sdk.ads.patchAdsCampaign({ connectionId, id: made.id, adsCampaign: { budgetAmount: 5000, currency: 'USD' } }), (err) => err.statusCode >= 400 && /spend_guard/.test(err.body)))
  await step('remove', async () => {
    await sdk.ads.removeAdsCampaign({ connectionId, id: made.id })
    want((await sdk.ads.getAdsCampaign({ connectionId, id: made.id })).status === 'ARCHIVED', 'it is not archived')
  })
}

async function reports() {
  await step('a report', async () => {
    const asked = sdk.ads.listAdsReports({ connectionId, orgId: env.LK_PROFILE_ID, startGte: env.LK_FIRST_DAY, endLt: env.LK_LAST_DAY, type: 'CLICKS,IMPRESSIONS,COST,CTR' })
    let over = false
    const all = asked.finally(() => (over = true))
    all.catch(() => {})
    for (let tries = 0; !over && tries < 60; tries++) {
      await talk('a minute') // Amazon takes some to make it
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    const [report] = await all
    want(report.metrics.some((m) => m.type === 'CLICKS' && m.value > 0), JSON.stringify(report).slice(0, 300))
    return `${report.metrics.length} metrics`
  })
}

async function others() {
  await step('passthrough', async () => {
    const { result } = await unwrap(sdk.passthrough.createPassthroughJson({
      connectionId, path: 'sp/campaigns/list', query: { org_id: env.LK_PROFILE_ID }, requestBody: { maxResults: 2 },
    }))
    want(result.campaigns.length === 2 && result.campaigns[0].campaignId, JSON.stringify(result))
  })
  await step('passthrough: profiles', async () => {
    const { result } = await unwrap(sdk.passthrough.listPassthroughs({ connectionId, path: 'v2/profiles' }))
    want(Array.isArray(result) && result.some((p) => String(p.profileId) === env.LK_PROFILE_ID), JSON.stringify(result).slice(0, 200))
  })
  await step('no such campaign', () => fails(() => sdk.ads.getAdsCampaign({ connectionId, id: '1' }), (err) => err.statusCode === 404 && JSON.parse(err.body).fix))
  await step('no such connection', () => fails(() => sdk.ads.listAdsCampaigns({ connectionId: 'other' }), (err) => err.statusCode === 404))
}

// The client's answer of a passthrough is the body, or holds it as result, by its version.
async function unwrap(promise) {
  const answer = await promise
  return answer && typeof answer === 'object' && 'result' in answer ? answer : { result: answer }
}

reads().then(writes).then(reports).then(others).then(end)
