package paapifake

import "github.com/lockkeeper-dev/lockkeeper/sandbox/kit"

// env is the key pair of the affiliate who may call, and a tag of theirs in the US.
func (f *fake) env() map[string]string {
	for _, k := range f.keys {
		if k.owner == kit.Seasoned {
			return map[string]string{"PAAPI_ACCESS_KEY": k.id, "PAAPI_SECRET_KEY": k.secret, "PAAPI_PARTNER_TAG": f.world.Affiliates.Affiliate(k.owner).Tags("20")[0]}
		}
	}
	return nil
}
