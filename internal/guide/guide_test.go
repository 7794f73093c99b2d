package guide_test

import (
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/guide"
)

func TestEveryTaskHasAGuide(t *testing.T) {
	t.Parallel()
	for _, task := range guide.Tasks() {
		g, ok := guide.For(task)
		if !ok || g.ID != task {
			t.Errorf("no guide for %q", task)
		}
	}
}
