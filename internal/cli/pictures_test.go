package cli_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
)

// pictures writes a picture of one pixel for the asset library.
func pictures(dir string) error {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "logo.png"), b.Bytes(), 0o600)
}
