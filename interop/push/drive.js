// node-adm, node-pushnotifications and @onesignal/node-onesignal as their READMEs use them; only addresses and keys differ. The first two have
// Amazon's host fixed in them, so they are told where it is as /etc/hosts would: https goes to another address, under the same name.
'use strict'
const https = require('node:https')
const { ask, step, env, end } = require('../node/talk')

const request = https.request
https.request = (options, ...rest) =>
  request({ ...options, host: env.LK_TLS_HOST, port: env.LK_TLS_PORT, servername: options.host, headers: { ...options.headers, Host: options.host } }, ...rest)

const adm = require('node-adm')
const PushNotifications = require('node-pushnotifications')
const key = { client_id: env.LK_CLIENT_ID, client_secret: env.LK_CLIENT_SECRET }
const [live, moved, gone, ...many] = env.LK_IDS.split(',')

const sent = (sender, id, message = { data: { message: 'your message' } }) =>
  new Promise((resolve) => sender.send(message, id, (err, result) => resolve(err ? { failed: err.message } : result)))
const authenticated = (sender) => new Promise((resolve, reject) => sender.authenticate((err, token) => (err ? reject(err) : resolve(token))))
const want = (is, what) => {
  if (!is) throw new Error(what)
}

async function nodeAdm() {
  const sender = new adm.Sender(key)
  await step('node-adm: token', async () => (await authenticated(sender)).slice(0, 4))
  await step('node-adm: accepted', async () => want((await sent(sender, live)).registrationID === live, 'another registration id'))
  await step('node-adm: moved', async () => want((await sent(sender, moved)).registrationID !== moved, 'the same registration id'))
  await step('node-adm: unregistered', async () => want((await sent(sender, gone)).error === 'Unregistered', 'no such error'))
  await step('node-adm: checksum', async () =>
    want((await sent(sender, live, { data: { a: '1' }, md5: 'AAAAAAAAAAAAAAAAAAAAAA==' })).error === 'InvalidChecksum', 'no such error'))
  await step('node-adm: 6 warm at once', async () => {
    const all = await Promise.all(many.map((id) => sent(sender, id)))
    want(all.every((r) => r.registrationID), JSON.stringify(all))
  })
  await ask('expire')
  await step('node-adm: token ran out', async () => want((await sent(sender, live)).registrationID === live, 'not sent'))
}

// What a cold sender loses it loses in its own process: it counts every message that waits for a token as a failed sign-in, and never sends
// from the third on. No server can mend that; Lockkeeper's own path has no token for it to wait for.
async function coldStart() {
  await step('node-adm: 6 cold at once', async () => {
    const sender = new adm.Sender(key)
    const all = await Promise.all(many.map((id) => sent(sender, id)))
    const delivered = all.filter((r) => r.registrationID).length
    want(delivered === 2, `${delivered} delivered`)
    return '2 of 6 delivered'
  })
  await step('node-pushnotifications: 6 recipients', async () => {
    const push = new PushNotifications({ adm: key, isAlwaysUseFCM: false })
    const [result] = await push.send(many, { title: 'Hello', body: 'It works', custom: { screen: 'live' } })
    want(result.method === 'adm' && result.success === 2, JSON.stringify(result))
    return '2 of 6 delivered'
  })
  if (!env.LK_GATEWAY) return
  await step('/lk/v1/push: 6 cold at once', async () => {
    const answer = await fetch(env.LK_GATEWAY + '/lk/v1/push', {
      method: 'POST',
      headers: { Authorization: 'Bearer ' + env.LK_CLIENT_SECRET, 'Content-Type': 'application/json' },
      body: JSON.stringify({ to: many, data: { message: 'your message' } }),
    })
    const body = await answer.json()
    want(answer.status === 200 && body.accepted === 6, `${answer.status} ${JSON.stringify(body)}`)
    return '6 of 6 delivered'
  })
}

async function oneSignal() {
  if (!env.LK_GATEWAY) return
  const OneSignal = require('@onesignal/node-onesignal')
  const client = new OneSignal.DefaultApi(OneSignal.createConfiguration({
    restApiKey: env.LK_CLIENT_SECRET,
    baseServer: new OneSignal.ServerConfiguration(env.LK_GATEWAY + '/lk/onesignal', {}),
  }))
  const notification = (fields) => Object.assign(new OneSignal.Notification(), {
    app_id: '5eb5a37e-b458-11e3-ac11-000c2940e62c', headings: { en: 'New chapter' }, contents: { en: 'Tap to read' }, data: { n: 7 }, ttl: 3600,
  }, fields)
  await step('node-onesignal: registrations', async () => {
    const answer = await client.createNotification(notification({ include_amazon_reg_ids: [live, ...many] }))
    want(answer.id && !answer.errors, JSON.stringify(answer))
  })
  await step('node-onesignal: one has gone', async () => {
    const answer = await client.createNotification(notification({ include_amazon_reg_ids: [live, gone] }))
    want(answer.id && JSON.stringify(answer).includes(gone), JSON.stringify(answer))
  })
  await step('node-onesignal: segment', async () => want((await client.createNotification(notification({ included_segments: ['beta'] }))).id, 'no id'))
  await step('node-onesignal: nobody', async () => {
    const refused = await client.createNotification(notification({})).then(() => null, (err) => err)
    want(refused && refused.code === 400, 'was not refused')
  })
}

nodeAdm().then(coldStart).then(oneSignal).then(end, (err) => { console.log('step all failed ' + err); process.exit(1) })
