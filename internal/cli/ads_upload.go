package cli

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// mostUpload is the most bytes of a file that the server takes.
const mostUpload = 10 << 20

type adsUploadOptions struct {
	adsChangeOptions
	name, brand, version string
	sub, tags, asins     []string
}

// newCmdAdsUpload makes an asset of a file on this machine.
func newCmdAdsUpload(f *Factory, n adsNoun) *cobra.Command {
	o := &adsUploadOptions{adsChangeOptions: adsChangeOptions{adsOptions: adsOptions{f: f, noun: n}}}
	cmd := &cobra.Command{
		Use: "upload FILE", Short: "Put a picture or a film into the asset library",
		Long: `Put a picture or a film of this machine into the asset library of an Ads profile: PNG, JPEG, GIF, MP4, MOV, WMV or AVI, of at most 10 MiB.

Amazon works on a new asset for some seconds, on a film for some minutes; ` + "`get`" + ` says when it can be used. Nothing can change or remove an asset afterwards.
Of sellers Amazon wants the brand's id, which ` + "`lockkeeper call ads GET /brands`" + ` shows.`,
		Example: "  lockkeeper ads asset upload logo.png --org 1234567890 --for LOGO --brand ENTITY1EXAMPLE",
		Args:    exactly(1, "one file is wanted", "name a picture or a film"),
		RunE: func(cmd *cobra.Command, args []string) error {
			asset, err := o.asset(args[0])
			if err != nil {
				return err
			}
			return adsSend(cmd, &o.adsChangeOptions, http.MethodPost, []any{asset}, nil)
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&o.sub, "for", nil, "what it is for: LOGO, PRODUCT_IMAGE, LIFESTYLE_IMAGE, OTHER_IMAGE, BACKGROUND_VIDEO ...")
	flags.StringVar(&o.name, "name", "", "its name in the library (default the file's)")
	flags.StringVar(&o.brand, "brand", "", "id of the brand, which Amazon wants of sellers")
	flags.StringSliceVar(&o.tags, "tag", nil, "tags to find it by")
	flags.StringSliceVar(&o.asins, "asin", nil, "ASINs to find it by")
	flags.StringVar(&o.version, "version-of", "", "id of the asset that it is a new version of")
	_ = cmd.MarkFlagRequired("for")
	o.flags(flags, false)
	return cmd
}

// uploadTypes are the kinds of files by their endings; what a file is the server sees by its first bytes, where these tell.
var uploadTypes = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".mp4": "video/mp4", ".mov": "video/quicktime", ".wmv": "video/x-ms-wmv", ".avi": "video/x-msvideo",
}

// asset is the new object, in the model's words.
func (o *adsUploadOptions) asset(path string) (*canon.AdsAsset, error) {
	base := filepath.Base(path)
	kind, ok := uploadTypes[strings.ToLower(filepath.Ext(base))]
	if !ok {
		return nil, misuse(fmt.Sprintf("%s is no picture or film that the library takes", base), "give a PNG, JPEG, GIF, MP4, MOV, WMV or AVI")
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, refuse(base+" cannot be read", "look at its name and its permissions")
	case info.Size() > mostUpload:
		return nil, refuse(fmt.Sprintf("%s has more than %d MiB", base, mostUpload>>20), "put it to an upload location yourself, and give that as url to `create`: docs/howto/manage-campaigns.md shows how")
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, refuse(base+" cannot be read", "look at its permissions")
	}
	media, _, _ := strings.Cut(kind, "/")
	a := &canon.AdsAsset{Type: strings.ToUpper(media), SubTypes: o.sub, MIMEType: kind, Content: base64.StdEncoding.EncodeToString(content)}
	if a.Name = o.name; a.Name == "" {
		a.Name = strings.TrimSuffix(base, filepath.Ext(base))
	}
	a.Labels = o.tags
	for _, asin := range o.asins {
		a.Promoted = append(a.Promoted, canon.PromotedRef{ID: asin, Type: "ASIN"})
	}
	for key, value := range map[string]string{"brandEntityId": o.brand, "linkedAssetId": o.version} {
		if value != "" {
			if a.Ext == nil {
				a.Ext = map[string]any{}
			}
			a.Ext[key] = value
		}
	}
	return a, nil
}
