package api_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
)

var update = flag.Bool("update", false, "write the golden files")

// TestOpenAPI holds the API's description fast: a change of the surface shows in review.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	spec, err := api.New(api.Config{}).Spec()
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "openapi.json")
	if *update {
		if err := os.WriteFile(golden, spec, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(spec)); diff != "" {
		t.Errorf("the API's description changed; go test ./internal/api -update writes it (-want +got):\n%s", diff)
	}
	if _, err := openapi3.NewLoader().LoadFromData(spec); err != nil {
		t.Errorf("the description cannot be read: %v", err)
	}
}
