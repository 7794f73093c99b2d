// passport-amazon in a plain http server, as its README uses it with Express: sign in at the authorize page, come back
// with a code, read the user's profile.
'use strict'
const { Strategy } = require('passport-amazon')
const { step, env, end } = require('./talk')

const strategy = new Strategy(
  { clientID: env.LK_CLIENT_ID, clientSecret: env.LK_CLIENT_SECRET, callbackURL: env.LK_RETURN_URL, authorizationURL: env.LK_AUTHORIZE_URL, tokenURL: env.LK_TOKEN_URL, scope: ['profile'], pkce: false },
  (accessToken, refreshToken, profile, done) => done(null, { accessToken, refreshToken, profile }),
)
// The one address that the strategy keeps fixed: its own method with the sandbox's host.
const userProfile = strategy.userProfile
strategy.userProfile = function (accessToken, done) {
  const get = this._oauth2.get.bind(this._oauth2)
  this._oauth2.get = (url, ...rest) => get(url.replace('https://api.amazon.com', env.LK_API_URL), ...rest)
  return userProfile.call(this, accessToken, done)
}

// run authenticates one request the way passport does: it gives the strategy its outcomes as methods.
function run(req) {
  return new Promise((resolve, reject) => {
    const one = Object.create(strategy)
    one.redirect = (url) => resolve({ redirect: url })
    one.success = (user) => resolve({ user })
    one.fail = (why) => resolve({ fail: why })
    one.error = reject
    one.authenticate(req, {})
  })
}

async function main() {
  let url
  await step('authorize url', async () => { url = (await run({ query: {}, session: {}, headers: {} })).redirect; return new URL(url).searchParams.get('scope') })
  let query
  await step('consent', async () => {
    const answer = await fetch(url + env.LK_CONSENT, { redirect: 'manual' })
    query = Object.fromEntries(new URL(answer.headers.get('location')).searchParams)
    if (!query.code) throw new Error('no code came back: ' + answer.status)
  })
  await step('sign in', async () => {
    const { user } = await run({ query, session: {}, headers: {} })
    if (!user.profile.id.startsWith('amzn1.account.') || !user.refreshToken) throw new Error('incomplete user')
    return user.profile.displayName
  })
  await step('code used twice', async () => {
    try { await run({ query, session: {}, headers: {} }) } catch (err) { return String(err.oauthError?.statusCode ?? err.code ?? err.name) }
    throw new Error('was accepted')
  })
  end()
}
main()
