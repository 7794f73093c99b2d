// @scaleleap/amazon-advertising-api-sdk as its README uses it; only addresses and keys differ.
'use strict'
const { AmazonAdvertising, OAuthClient, UnauthorizedError, ThrottlingError } = require('@scaleleap/amazon-advertising-api-sdk')
const { ask, step, fails, env, end } = require('./talk')

const marketplace = {
  name: 'US',
  advertising: { region: { code: 'NA', endpoint: env.LK_ADS_URL, authorizationUri: env.LK_AUTHORIZE_URL, accessTokenUri: env.LK_TOKEN_URL } },
}
const oauth = new OAuthClient({ clientId: env.LK_CLIENT_ID, clientSecret: env.LK_CLIENT_SECRET, redirectUri: env.LK_RETURN_URL }, marketplace)
const scope = Number(env.LK_PROFILE_ID)
// The SDK makes an UnauthorizedError of the code UNAUTHORIZED; a wrong token comes back as the code 401, or as Lockkeeper's own, which it
// calls generic.
const unauthorised = (e) => e instanceof UnauthorizedError || e.message === 'Authentication failed' || /^gateway\./.test(e.code)
const as = (accessToken) => new AmazonAdvertising(marketplace, { clientId: env.LK_CLIENT_ID, accessToken, scope })

async function main() {
  let token = oauth.createToken('none', env.LK_REFRESH_TOKEN)
  await step('refresh', async () => { token = await token.refresh(); return token.tokenType })
  await step('read', async () => `${(await as(token.accessToken).profile.listProfiles()).length} profiles`)
  await step('read one', async () => (await as(token.accessToken).profile.getProfile(scope)).countryCode)
  await step('write', async () => {
    const answer = await as(token.accessToken).profile.updateProfiles([{ profileId: scope, dailyBudget: 1234.5 }])
    if (answer.length !== 1 || answer[0].code !== 'SUCCESS') throw new Error(JSON.stringify(answer))
    const after = await as(token.accessToken).profile.getProfile(scope)
    if (after.dailyBudget !== 1234.5) throw new Error('the budget is ' + after.dailyBudget)
  })
  await ask('expire')
  await step('expired 401', () => fails(() => as(token.accessToken).profile.listProfiles(), unauthorised))
  await step('refresh after expiry', async () => { token = await token.refresh(); return `${(await as(token.accessToken).profile.listProfiles()).length} profiles` })
  await step('wrong token 401', () => fails(() => as('Atza|sbx-EXAMPLE-wrong').profile.listProfiles(), unauthorised))
  await ask('throttle')
  await step('429', () => fails(() => as(token.accessToken).profile.listProfiles(), (e) => e instanceof ThrottlingError && e.retryAfter > 0))
  await ask('unthrottle')
  await ask('revoke')
  await step('revoked', () => fails(() => token.refresh(), (e) => /invalid_client|invalid_grant|Client authentication|revoked|40[01]/i.test(e.message + JSON.stringify(e.body ?? ''))))
  await step('revoked call', () => fails(() => as(token.accessToken).profile.listProfiles(), unauthorised))
  end()
}
main()
