package store

import (
	"encoding/json"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/push"
)

// settleAccepted writes down, in one statement, the fate of those that Amazon took at the first try, which are nearly all. It returns the
// others, and how many it wrote. They share the time of the last of them.
func (s *Store) settleAccepted(b id.Broadcast, settled []push.Target) (rest []push.Target, accepted int, err error) {
	var devices []id.Registration
	var last push.Target
	for _, t := range settled {
		if t.Fate == string(adm.Accepted) && t.Tries == 1 && t.Status == 200 && t.Problem == "" {
			devices = append(devices, t.Device)
			if t.At.After(last.At) {
				last = t
			}
			continue
		}
		rest = append(rest, t)
	}
	if len(devices) == 0 {
		return rest, 0, nil
	}
	list, err := json.Marshal(devices)
	if err != nil {
		return nil, 0, err
	}
	put, err := s.hot(`UPDATE push_target SET outcome = 'accepted', tries = 1, status = 200, at = $2
		WHERE broadcast = $1 AND outcome = '' AND device IN (SELECT value FROM json_each($3))`)
	if err != nil {
		return nil, 0, err
	}
	res, err := put.Exec(string(b), millis(last.At), string(list))
	if err != nil {
		return nil, 0, fmt.Errorf("settling devices: %w", err)
	}
	n, err := res.RowsAffected()
	return rest, int(n), err
}
