// Command lockkeeper keeps Amazon API keys and lends them to your software one request at a time.
package main

import (
	"os"

	"github.com/lockkeeper-dev/lockkeeper/internal/cli"
)

func main() { os.Exit(cli.Main()) }
