package console

import (
	"errors"
	"io"
	"reflect"
	"time"
)

// A Sample is a page as a test renders it.
type Sample struct {
	Name   string
	Render func(w io.Writer) error
}

// Samples are all pages, each with nothing in it and with something everywhere.
func Samples() []Sample {
	return []Sample{
		sample[signInPage](), sample[accountPage](), sample[failPage](), sample[surePage](), sample[overviewPage](), sample[guidesPage](), sample[guidePage](),
		sample[grantsPage](), sample[grantPage](), sample[connectPage](), sample[connectingPage](), sample[donePage](), sample[unconsentedPage](),
		sample[appsPage](), sample[keysPage](), sample[appKeyPage](), sample[credentialsPage](), sample[callersPage](), sample[passPage](), sample[refreshLogPage](), sample[auditPage](), sample[linksPage](), sample[keyPage](), sample[pastePage](), sample[keptPage](),
	}
}

// TemplateNames are the names of all templates().
func TemplateNames() []string {
	var names []string
	for _, t := range templates().Templates() {
		names = append(names, t.Name())
	}
	return names
}

func sample[T page]() Sample {
	var zero, full T
	fill(reflect.ValueOf(&full).Elem(), 0)
	return Sample{zero.template(), func(w io.Writer) error {
		var errs []error
		for _, p := range []T{zero, full} {
			for _, acts := range []bool{false, true} {
				v := view[T]{Frame: Frame{Title: p.title(), Name: "ada", Acts: acts, Here: p.template(), Notice: "a notice"}, Page: p}
				errs = append(errs, templates().ExecuteTemplate(w, p.template(), v))
			}
		}
		return errors.Join(errs...)
	}}
}

// Hostile is what every text of a full page holds: none of it may come out as markup.
const Hostile = `<script>alert("x")</script>'&`

// fill puts something into every field.
func fill(v reflect.Value, depth int) {
	if depth > 6 || !v.CanSet() {
		return
	}
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(Hostile)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), depth+1)
		fill(v.Index(1), depth+1)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, depth+1)
		fill(value, depth+1)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), depth+1)
		}
	}
}
