package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// A modelType is a structure of the model, as its source describes it.
type modelType struct {
	file       string // that it is in
	name, says string
	holds      []string // names of the structures that it embeds
	fields     []modelField
}

// A modelField is one field that is seen in JSON.
type modelField struct {
	name, json, kind, says string
}

// cited is where a comment names its source, which readers of the pages do not have.
var (
	cited   = regexp.MustCompile(` ?\(contract [^)]*\)`)
	nothing = regexp.MustCompile(`\bnil\b`)
)

// model reads the advertising model out of canon's sources; a repository without one has none.
func model(root string) ([]modelType, error) {
	paths, err := filepath.Glob(filepath.Join(root, "canon", "*.go"))
	if err != nil {
		return nil, err
	}
	var all []modelType
	files := token.NewFileSet()
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("reading the model: %w", err)
		}
		for _, d := range file.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != token.TYPE {
				continue
			}
			for _, s := range decl.Specs {
				spec := s.(*ast.TypeSpec)
				if body, ok := spec.Type.(*ast.StructType); ok && spec.Name.IsExported() {
					t := readType(files, spec.Name.Name, decl.Doc.Text(), body)
					t.file = filepath.Base(path)
					all = append(all, t)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b modelType) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

func readType(files *token.FileSet, name, doc string, body *ast.StructType) modelType {
	t := modelType{name: name, says: plain(doc)}
	for _, f := range body.Fields.List {
		var kind bytes.Buffer
		_ = printer.Fprint(&kind, files, f.Type) // into memory, of what was just parsed
		if len(f.Names) == 0 {
			t.holds = append(t.holds, kind.String())
			continue
		}
		var tag string
		if f.Tag != nil {
			tag, _, _ = strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
		}
		if tag == "" || tag == "-" {
			continue
		}
		for _, n := range f.Names {
			t.fields = append(t.fields, modelField{n.Name, tag, kind.String(), plain(f.Comment.Text() + f.Doc.Text())})
		}
	}
	return t
}

// plain is a comment on one line, without its sources and for readers of JSON, where what is nil is not there.
func plain(comment string) string {
	return nothing.ReplaceAllString(cited.ReplaceAllString(strings.Join(strings.Fields(comment), " "), ""), "absent")
}

// meanings makes the table by which the OpenAPI document says what each field means.
func meanings(all []modelType) []byte {
	if len(all) == 0 {
		return nil
	}
	var b bytes.Buffer
	b.WriteString(mark + "package unified\n\n// meanings say what a field of the model means, by type and field as Go has them.\nvar meanings = map[string]string{\n")
	for _, t := range all {
		for _, f := range t.fields {
			if f.says != "" {
				fmt.Fprintf(&b, "%q: %q,\n", t.name+"."+f.name, f.says)
			}
		}
	}
	b.WriteString("}\n")
	return b.Bytes()
}
