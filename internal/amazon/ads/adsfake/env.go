package adsfake

import "github.com/lockkeeper-dev/lockkeeper/sandbox/kit"

// env is the profile that the advertiser's program begins with: the first that they may change and that is listed.
func (f *fake) env() map[string]string {
	for _, a := range f.roster().access[kit.Advertiser] {
		if a.edit && a.profile.listed() {
			return map[string]string{"ADS_PROFILE_ID": a.profile.id}
		}
	}
	return nil
}
