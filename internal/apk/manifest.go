package apk

import (
	"slices"
	"strconv"
	"strings"
)

// A Manifest is what matters here of AndroidManifest.xml.
type Manifest struct {
	Package   string
	MinSDK    int // 0 where it is not named
	Debug     bool
	Messaging bool   // <amazon:enable-feature android:name="com.amazon.device.messaging">
	Receives  bool   // it has receivers or permissions of Device Messaging
	SignsIn   bool   // it has the activity of the Login with Amazon SDK
	Key       string // <meta-data android:name="APIKey">, the older place for the key (adm 1.4.1)
}

const (
	androidSpace = "http://schemas.android.com/apk/res/android"
	amazonSpace  = "http://schemas.amazon.com/apk/res/android"
	messaging    = "com.amazon.device.messaging"
	signInScreen = "com.amazon.identity.auth.device.workflow.WorkflowActivity"

	mostDeep       = 64
	mostElements   = 100_000
	mostManifestMB = 8 << 20
)

// Resource ids of Android's attributes, by which they are known where a tool has taken their names out (android.R.attr).
var attributeIDs = map[uint32]string{0x01010003: "name", 0x01010024: "value", 0x0101000f: "debuggable", 0x0101020c: "minSdkVersion"}

// An attr is one attribute of an element, with its value as text.
type attr struct{ space, name, value string }

// element is told of every element, with its depth (the root has 1).
func (m *Manifest) element(depth int, space, name string, attrs []attr) {
	get := func(space, name string) string {
		if i := slices.IndexFunc(attrs, func(a attr) bool { return a.space == space && a.name == name }); i >= 0 {
			return attrs[i].value
		}
		return ""
	}
	called := get(androidSpace, "name")
	switch {
	case depth == 1 && name == "manifest":
		m.Package = get("", "package")
	case depth == 2 && name == "uses-sdk":
		m.MinSDK, _ = strconv.Atoi(get(androidSpace, "minSdkVersion"))
	case depth == 2 && name == "application":
		m.Debug = get(androidSpace, "debuggable") == "true"
	case name == "enable-feature" && space == amazonSpace:
		m.Messaging = m.Messaging || called == messaging
	case name == "meta-data" && (called == "APIKey" || called == "AmazonAPIKey"):
		if m.Key == "" || called == "APIKey" {
			m.Key = get(androidSpace, "value")
		}
	case name == "activity" && called == signInScreen:
		m.SignsIn = true
	}
	if strings.HasPrefix(called, messaging+".") && (name == "action" || name == "uses-permission") {
		m.Receives = true
	}
}

// readManifest reads the manifest in either of its two forms.
func (a *App) readManifest(z *archive, name string) {
	text, err := z.read(name, mostManifestMB)
	if err == nil {
		if a.Bundle {
			err = a.Manifest.readProto(text)
		} else {
			err = a.Manifest.readBinary(text)
		}
	}
	if err == nil && a.Manifest.Package == "" {
		err = damaged("the manifest names no package")
	}
	a.Unread = err
}
