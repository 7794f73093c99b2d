package awsfake

// env is the first key that works, by the names under which every AWS SDK looks for one.
func (f *fake) env() map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range f.names() {
		for _, k := range f.users[name].keys {
			if name != "" && k.status() == "Active" {
				return map[string]string{"AWS_ACCESS_KEY_ID": k.ID, "AWS_SECRET_ACCESS_KEY": k.Secret}
			}
		}
	}
	return nil
}
