package creatorsfake

import "github.com/lockkeeper-dev/lockkeeper/sandbox/kit"

// env is the newest kind of credential of the affiliate who may call, and a partner tag and product that go with it.
func (f *fake) env() map[string]string {
	for _, c := range f.world.Affiliates.Credentials() {
		if c.Affiliate.Key != kit.Seasoned || c.Version != "3.1" || c.Active.After(f.world.Now()) {
			continue
		}
		m := firstOf(c.Region())
		return map[string]string{
			"CREATORS_CREDENTIAL_ID": c.ID, "CREATORS_CREDENTIAL_SECRET": c.Secret, "CREATORS_CREDENTIAL_VERSION": c.Version,
			"CREATORS_MARKETPLACE": m.site, "PARTNER_TAG": c.Affiliate.Tags(m.suffix)[0], "ASIN": f.catalogue.products[0].asin,
		}
	}
	return nil
}
