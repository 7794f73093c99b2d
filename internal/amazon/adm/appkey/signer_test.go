package appkey

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/sharedtest"
)

// TestAmazonsNumber compares Amazon's public key with the one that the contract gives, digit by digit.
func TestAmazonsNumber(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(sharedtest.Path(t, "contracts", "adm.md"))
	if err != nil {
		t.Fatal(err)
	}
	digits := strings.Join(strings.Fields(string(text)), "")
	if !strings.Contains(digits, amazonModulus) || len(amazonModulus) != 512 {
		t.Errorf("the number of %d digits is not the contract's", len(amazonModulus))
	}
	if got := fmt.Sprintf("%X", signers[0].key.N); got != amazonModulus || signers[0].name != Amazon || signers[0].key.E != 65537 {
		t.Errorf("%s is %s", signers[0].name, got)
	}
}
