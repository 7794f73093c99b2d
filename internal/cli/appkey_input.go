package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/appcheck"
)

// mostPiped is the longest thing taken from standard input: a key, a certificate or a keystore. An app is read where it lies.
const mostPiped = 4 << 20

// shown opens what the command line shows: names of files, - for standard input, or a key itself. Close ends it.
type shown struct {
	inputs []appcheck.Input
	files  []*os.File
}

func (s *shown) Close() {
	for _, f := range s.files {
		_ = f.Close()
	}
}

// open opens every argument, and refuses the first that cannot be.
func (f *Factory) openShown(args []string) (*shown, error) {
	s := &shown{}
	for _, arg := range args {
		in, err := f.openOne(s, arg)
		if err != nil {
			s.Close()
			return nil, err
		}
		s.inputs = append(s.inputs, in)
	}
	return s, nil
}

func (f *Factory) openOne(s *shown, arg string) (appcheck.Input, error) {
	if arg == "-" {
		text, err := io.ReadAll(io.LimitReader(f.In, mostPiped+1))
		if err != nil {
			return appcheck.Input{}, fmt.Errorf("reading standard input: %w", err)
		}
		if len(text) > mostPiped {
			return appcheck.Input{}, misuse("standard input is too long for a key, a certificate or a keystore", "name the file instead; an APK is read where it lies")
		}
		return textInput("standard input", text), nil
	}
	file, err := os.Open(arg)
	if err != nil {
		if isKeyText(arg) {
			return textInput("the text given", []byte(arg)), nil
		}
		return appcheck.Input{}, refuse(fmt.Sprintf("opening %s: %v", arg, cause(err)), "give the name of an api_key.txt, APK, AAB, keystore or certificate, or - for standard input")
	}
	s.files = append(s.files, file)
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		return appcheck.Input{}, refuse(arg+" is a folder", "give the file itself: an api_key.txt, APK, AAB, keystore or certificate")
	}
	if err == nil && !info.Mode().IsRegular() {
		text, err := io.ReadAll(io.LimitReader(file, mostPiped))
		return textInput(arg, text), err
	}
	if err != nil {
		return appcheck.Input{}, refuse(fmt.Sprintf("opening %s: %v", arg, cause(err)), "check that this user may read it")
	}
	return appcheck.Input{Name: arg, R: file, Size: info.Size()}, nil
}

func textInput(name string, text []byte) appcheck.Input {
	return appcheck.Input{Name: name, R: bytes.NewReader(text), Size: int64(len(text)), Pasted: true}
}

// isKeyText tells a key, or whatever was pasted in its place, from a file name that does not exist: a refusal would repeat a name.
func isKeyText(arg string) bool {
	return strings.HasPrefix(arg, "eyJ") || strings.HasPrefix(arg, "amzn1.") || len(arg) > 255 || strings.ContainsAny(arg, "\n|") ||
		len(arg) >= 40 && !strings.ContainsAny(arg, `./\ `)
}

// cause is an error without the path that its sentence names already.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
