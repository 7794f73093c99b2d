package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A prompter asks the person. Where there is no terminal it reads lines from standard input, one an answer.
type prompter interface {
	// Line asks for something that may be seen while it is typed.
	Line(question string) (string, error)
	// Secret asks for something that is not shown.
	Secret(question string) (secret.Value, error)
}

// terminal is the real prompter. Questions go to the terminal, never to standard output.
type terminal struct {
	in         io.Reader
	err        io.Writer
	isTerminal bool
	lines      *bufio.Reader
}

func (t *terminal) Line(question string) (string, error) {
	if t.isTerminal {
		fmt.Fprintf(t.err, "%s: ", question)
	}
	return t.line(question)
}

func (t *terminal) line(question string) (string, error) {
	if t.lines == nil {
		t.lines = bufio.NewReader(io.LimitReader(t.in, 1<<20))
	}
	line, err := t.lines.ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line != "" {
		return line, nil
	}
	if err != nil {
		return "", misuse("nothing was given for: "+question, "type it at the prompt, pipe it in, or use the flag that names a file")
	}
	return "", nil
}

func (t *terminal) Secret(question string) (secret.Value, error) {
	f, ok := t.in.(*os.File)
	if !t.isTerminal || !ok {
		line, err := t.line(question)
		return secret.New(line), err
	}
	fmt.Fprintf(t.err, "%s (not shown): ", question)
	text, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(t.err)
	if err != nil {
		return secret.Value{}, fmt.Errorf("reading from the terminal: %w", err)
	}
	return secret.New(string(text)), nil
}

// secretFrom reads a secret from a file, from standard input for "-", or by asking.
func (f *Factory) secretFrom(file, question string) (secret.Value, error) {
	switch file {
	case "":
		return f.Prompter.Secret(question)
	case "-":
		text, err := io.ReadAll(io.LimitReader(f.In, 1<<20))
		return secret.New(strings.TrimRight(string(text), "\r\n")), err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		var pe *os.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return secret.Value{}, refuse(fmt.Sprintf("reading %s: %v", file, err), "check the path, or leave the flag out to be asked")
	}
	if len(text) > 64<<10 {
		return secret.Value{}, refuse(file+" is too long to be one secret", "put nothing but the secret into the file")
	}
	return secret.New(strings.TrimRight(string(text), "\r\n")), nil
}
