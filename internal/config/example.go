package config

import (
	"fmt"
	"strings"
)

// Example is a settings file that holds every setting with c's values, each commented out and explained.
func Example(c Config) string {
	var b strings.Builder
	b.WriteString("# Settings of Lockkeeper. What is commented out is the default. No secret belongs here.\n")
	for _, f := range Fields() {
		value := fmt.Sprintf("%q", c.Get(f.Key))
		switch f.Kind {
		case "yes/no", "number":
			value = c.Get(f.Key)
		case "list":
			value = "[]"
			if list := c.Get(f.Key); list != "" {
				value = `["` + strings.ReplaceAll(list, ",", `", "`) + `"]`
			}
		}
		mark := "# "
		if c.Source(f.Key) != "default" {
			mark = ""
		}
		fmt.Fprintf(&b, "\n# %s (%s; %s)\n%s%s = %s\n", f.Help, f.Kind, f.Env, mark, f.Key, value)
	}
	return b.String()
}
