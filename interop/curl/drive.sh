#!/usr/bin/env bash
# curl, as a person would type it. Speaks to the test by lines: see ../node/talk.js.
set -uo pipefail

ask() { echo "ask $1"; read -r answer; [ "$answer" = done ] || exit 1; }
# step NAME WANTED-STATUS COMMAND...: the command prints the answer's body and, last, its status.
step() {
  local name=$1 wanted=$2 out status; shift 2
  out=$("$@"); status=${out##*$'\n'}; body=${out%$'\n'*}
  if [ "$status" = "$wanted" ]; then echo "step $name ok $status"; else echo "step $name failed $status instead of $wanted"; exit 1; fi
}
field() { sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/" <<<"$body"; }
# Secrets go in by standard input or a file descriptor, never by an argument that others on the machine could read.
post_form() { curl -sS -w '\n%{http_code}' "$LK_TOKEN_URL" --data @<(printf %s "$1"); }
post_basic() { curl -sS -w '\n%{http_code}' "$LK_TOKEN_URL" -K <(printf 'user = "%s:%s"' "$LK_CLIENT_ID" "$LK_CLIENT_SECRET") --data @<(printf %s "$1"); }
post_json() { curl -sS -w '\n%{http_code}' "$LK_TOKEN_URL" -H 'Content-Type: application/json' --data @<(printf %s "$1"); }
post_query() { curl -sS -w '\n%{http_code}' -X POST -K <(printf 'url = "%s?%s"' "$LK_TOKEN_URL" "$1"); }
api() {
  local method=$1 path=$2; shift 2
  curl -sS -w '\n%{http_code}' -X "$method" "$LK_ADS_URL$path" -H @<(printf 'Authorization: Bearer %s\nAmazon-Advertising-API-ClientId: %s\n' "$token" "$LK_CLIENT_ID") "$@"
}
campaigns() { api POST "$1" -H "Amazon-Advertising-API-Scope: $LK_PROFILE_ID" -H 'Content-Type: application/vnd.spCampaign.v3+json' -H 'Accept: application/vnd.spCampaign.v3+json' --data "$2"; }

refresh=${LK_REFRESH_TOKEN//|/%7C}
auth="client_id=$LK_CLIENT_ID&client_secret=$LK_CLIENT_SECRET"
form="grant_type=refresh_token&refresh_token=$refresh"

step "token by form" 200 post_form "$form&$auth"
step "token by basic" 200 post_basic "$form"
step "token by query" 200 post_query "$form&$auth"
step "token by json" 200 post_json "{\"grant_type\":\"refresh_token\",\"refresh_token\":\"$LK_REFRESH_TOKEN\",\"client_id\":\"$LK_CLIENT_ID\",\"client_secret\":\"$LK_CLIENT_SECRET\"}"
token=$(field access_token)
step "read" 200 api GET /v2/profiles
step "write" 207 campaigns /sp/campaigns '{"campaigns":[{"name":"Interop curl","state":"PAUSED","targetingType":"AUTO","budget":{"budget":5,"budgetType":"DAILY"}}]}'
step "first page" 200 campaigns /sp/campaigns/list '{"maxResults":2}'
step "second page" 200 campaigns /sp/campaigns/list "{\"maxResults\":2,\"nextToken\":\"$(field nextToken)\"}"
ask expire
step "expired 401" 401 api GET /v2/profiles
step "refresh after expiry" 200 post_form "$form&$auth"
token=$(field access_token)
step "read again" 200 api GET /v2/profiles
good=$token; token='Atza|sbx-EXAMPLE-wrong'
step "wrong token 401" 401 api GET /v2/profiles
token=$good
ask throttle
step "429" 429 api GET /v2/profiles
ask unthrottle
ask revoke
step "revoked call" 401 api GET /v2/profiles
step "revoked" "${LK_REVOKED_STATUS:-400}" post_form "$form&$auth"
