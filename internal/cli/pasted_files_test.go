package cli_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// pastedFiles puts the sandbox's keys into files as Amazon gives them out and people keep them, for scripts that add them.
func pastedFiles(dir string) error {
	w := kit.DefaultWorld(0, nil)
	c32, c21 := w.Affiliates.Credential("creators-3.2"), w.Affiliates.Credential("creators-2.1")
	user, root := w.AWSKey(kit.AWSStream, 1), w.AWSKey(kit.AWSRoot, 1)
	shop := w.Profile(kit.Shop)
	if err := os.MkdirAll(filepath.Join(dir, "project", ".git"), 0o700); err != nil {
		return err
	}
	for name, text := range map[string]string{
		"creators.csv": fmt.Sprintf("Credential Id,Credential Secret,Version\n%s,%s,%s\n", c32.ID, c32.Secret, c32.Version),
		"cognito.txt":  c21.ID + "\n" + c21.Secret + "\n",
		"wrong.csv":    fmt.Sprintf("Credential Id,Credential Secret,Version\n%s,%s,%s\n", c32.ID, c21.Secret, "2.1"),
		"refused.txt":  c21.ID + "\n" + c21.Secret[:len(c21.Secret)-4] + "0000\n",
		"aws.csv":      fmt.Sprintf("\ufeffAccess key ID,Secret access key\r\n%s,%s\r\n", user.ID, user.Secret),
		"rootkey.csv":  fmt.Sprintf("AWSAccessKeyId=%s\nAWSSecretKey=%s\n", root.ID, root.Secret),
		"awswrong.csv": fmt.Sprintf("Access key ID,Secret access key\n%s,%s\n", user.ID, root.Secret),
		"project/.env": fmt.Sprintf("# ours\nADM_CLIENT_ID=%q\nADM_CLIENT_SECRET=%q\nOTHER=1\n", shop.ClientID, shop.Secret()),
		"plain.txt":    shop.ClientID + "\n" + shop.Secret() + "\n",
		"ads.env":      fmt.Sprintf("ADS_CLIENT_ID=%s\nADS_CLIENT_SECRET=%s\n", shop.ClientID, shop.Secret()),
		"adswrong.env": fmt.Sprintf("ADS_CLIENT_ID=%s\nADS_CLIENT_SECRET=%s\n", shop.ClientID, c32.Secret),
		"site.txt":     "Store ID: mysite-20\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
