//go:build crashpoints

package store

import "github.com/lockkeeper-dev/lockkeeper/internal/crash/point"

func crashPoint(name string) error { return point.Reach(name) }
