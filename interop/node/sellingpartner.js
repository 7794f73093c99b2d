// amazon-sp-api has Login with Amazon's host fixed in it. It refreshes by the file that `lockkeeper sandbox env node` has Node load first.
const { SellingPartner } = require('amazon-sp-api')

async function main () {
  const api = new SellingPartner({
    region: process.env.SP_REGION,
    refresh_token: process.env.LWA_REFRESH_TOKEN,
    credentials: { SELLING_PARTNER_APP_CLIENT_ID: process.env.LWA_CLIENT_ID, SELLING_PARTNER_APP_CLIENT_SECRET: process.env.LWA_CLIENT_SECRET },
    options: { auto_request_tokens: false }
  })
  await api.refreshAccessToken()
  if (!api.access_token.startsWith('Atza|sbx')) throw new Error('the access token is not the sandbox\'s')
  await api.refreshAccessToken('sellingpartnerapi::notifications')
  console.log('refreshed')
}

main().catch(error => {
  console.error(error.code || '', error.message || error)
  process.exit(1)
})
