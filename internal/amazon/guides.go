package amazon

import "embed"

// guides is found by the compiler itself: a new folder with a guide.toml is in it without any list.
//
//go:embed */guide.toml
var guides embed.FS

// GuideFiles returns every program's guide.toml, by the name of the program's folder. Folders of programs whose code comes later have one too.
func GuideFiles() map[string][]byte {
	files := map[string][]byte{}
	folders, err := guides.ReadDir(".")
	if err != nil {
		return nil // an embedded root is always there
	}
	for _, d := range folders {
		if text, err := guides.ReadFile(d.Name() + "/guide.toml"); err == nil {
			files[d.Name()] = text
		}
	}
	return files
}
