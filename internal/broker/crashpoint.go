//go:build crashpoints

package broker

import "github.com/lockkeeper-dev/lockkeeper/internal/crash/point"

func crashPoint(name string) { _ = point.Reach(name) }
