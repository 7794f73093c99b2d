package unified

// Remembered is how many bytes of pages are remembered.
func (u *Ads) Remembered() int {
	u.memo.mu.Lock()
	defer u.memo.mu.Unlock()
	return u.memo.bytes
}

// LanesInUse is how many lanes somebody waits for or has a call in.
func (u *Ads) LanesInUse() int {
	u.lanes.mu.Lock()
	defer u.lanes.mu.Unlock()
	return len(u.lanes.all)
}
