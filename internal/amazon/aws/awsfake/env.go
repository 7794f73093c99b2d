package awsfake

import "github.com/lockkeeper-dev/lockkeeper/sandbox/kit"

// env is the key of the user with the least policy, by the names under which every AWS SDK looks for one.
func (f *fake) env() map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := f.users[kit.AWSStream]
	if u == nil || len(u.keys) == 0 {
		return nil
	}
	return map[string]string{"AWS_ACCESS_KEY_ID": u.keys[0].ID, "AWS_SECRET_ACCESS_KEY": u.keys[0].Secret}
}
