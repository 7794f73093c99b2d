package fakelwa

import "github.com/lockkeeper-dev/lockkeeper/sandbox/kit"

// env are a security profile's keys, and a refresh token of the advertiser who consented to it just now.
func (f *fake) env() map[string]string {
	shop, advertiser := f.world.Profile(kit.Shop), f.world.User(kit.Advertiser)
	if shop == nil || advertiser == nil {
		return nil
	}
	consent := f.world.Tokens.Consent(shop, advertiser, []string{"profile", "advertising::campaign_management"}, "NA")
	return map[string]string{"LWA_CLIENT_ID": shop.ClientID, "LWA_CLIENT_SECRET": shop.Secret(), "LWA_REFRESH_TOKEN": consent.RefreshToken()}
}
