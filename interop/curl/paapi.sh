#!/bin/sh
# PA-API 5 by curl alone, which signs with --aws-sigv4. Steps go out as lines.
set -eu

ask() { # operation, body, secret
  operation=$1
  path=$(printf %s "$operation" | tr '[:upper:]' '[:lower:]')
  curl -sS -w '\n%{http_code}' --aws-sigv4 aws:amz:us-east-1:ProductAdvertisingAPI --user "$PAAPI_ACCESS_KEY:$3" \
    -H 'content-encoding: amz-1.0' -H 'content-type: application/json; charset=utf-8' \
    -H "x-amz-target: com.amazon.paapi5.v1.ProductAdvertisingAPIv1.$operation" -d "$2" "$PA_URL/paapi5/$path"
}

expect() { # name, answer, text
  case $2 in
  *"$3"*) echo "step $1 ok" ;;
  *) echo "step $1 failed $2" ;;
  esac
}

who="\"PartnerTag\":\"$PAAPI_PARTNER_TAG\",\"PartnerType\":\"Associates\",\"Marketplace\":\"www.amazon.com\""
found=$(ask SearchItems "{$who,\"Keywords\":\"Black\",\"ItemCount\":1}" "$PAAPI_SECRET_KEY")
expect search "$found" '"SearchResult":'
asin=$(printf %s "$found" | sed -n 's/.*"ASIN":"\([A-Z0-9]*\)".*/\1/p' | head -n 1)
expect items "$(ask GetItems "{$who,\"ItemIds\":[\"$asin\"]}" "$PAAPI_SECRET_KEY")" "\"ASIN\":\"$asin\""
expect 'wrong secret' "$(ask GetItems "{$who,\"ItemIds\":[\"$asin\"]}" sbx-a-wrong-secret-EXAMPLE)" InvalidSignature
